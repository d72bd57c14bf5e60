/** What must hold in every history, by id. The counts of a run say how often each was looked at. */
export const invariants = {
  converged: 'all pages of a customer, and a device that just came, show the same',
  healed: 'devices are equal 3 s after a partition healed',
  fresh: 'after all is quiet a change is on the other devices within 3 s',
  truth: 'what a device shows is what the server holds',
  drained: 'nothing waits to be sent when all is quiet',
  'synced is durable': 'a change that is said to be synced is on the disk of the server',
  'saved is kept': 'a change that is said to be saved reaches the server, whatever was killed',
  once: 'no change takes effect twice',
  'counted once': 'what a line has of adds is never more than was sent',
  restored: 'a restored server ends with no less than its backup and with what devices still hold',
  'one payload': 'a change that is sent again is the same change',
  bounds: 'what sets have seen and orders have covered is never more than was added',
  quantity: 'a quantity is the latest explicit one and all adds that no set had seen',
  order: 'an order takes at most what it bought and leaves what it had not seen',
  'no future': 'no stamp is ahead of the server, and those of a replica go up',
  settled: 'every promise settles',
  'no stray rejection': 'no promise is rejected that nobody holds',
  'no throw': 'no call throws into the page but for wrong arguments',
  isolated: 'nothing of one customer is in the state, the view or a request of another or of a guest',
  'signed out': 'after sign-out nothing of the customer is on a shared device',
  'left at once': 'when `signOut` returns its page shows nothing of whoever was here',
  'token ended': 'after sign-out no request carries its token',
  'cursor has rows': "a device's cursor is never ahead of its rows",
  'own writes': 'a page reads what it wrote',
  snapshots: 'snapshots keep their reference until they change',
  'guest found': 'a guest whose store came back empty is the same guest',
  status: 'what status says is so',
  consented: 'the server holds nothing of a purpose without consent',
  shop: "the shop's own cart is the cart",
  'numbered first': 'a number that is sent was committed on the device before',
  claim: 'no line of one customer is in a claim for another',
  retries: 'a device never asks more often than its waits allow, also while everything fails',
  bounded: 'what waits to be sent stays bounded',
  'foreign answer': "an answer without the server's own shape changes nothing on the device",
  told: 'a page is told of every change of what it shows',
  monotonic: 'a page never goes back to a value that it had left',
  stopped: 'a page that was stopped has no timers left',
  'one receipt': 'a guest is merged once, and whoever is told is told of the same receipt',
  merged: 'a merge leaves of each line in the cart what the policy says',
  checkout: 'a sign-in at the checkout loses nothing of what the customer had',
  undone: 'what an undone merge had brought is in no quantity, and what others added is',
  postponed: 'a merge that has to wait changes nothing but what the guest did last',
  'in time': 'a sign-in that reached the server is answered within 3 s while hook or store fail',
  bought: 'what an order bought and what is left are what was there, and what it had not seen is left',
  'one order': 'an order takes what it bought once, whoever tells of it first',
  'paid twice': 'a second order of what was paid for is recorded and told of',
  frozen: 'a checkout has of each line what the cart had, and what is told of it is that',
  'same checkout': 'who begins to pay for the same is given the same checkout, and for something else another',
  'turned away': 'who turns away from paying, or is refused, changes nothing of the cart',
  'own checkout': 'nobody hears of a checkout of somebody else',
  'paying ends': 'what a page or the shop asks of a checkout ends as it may',
  recorded: 'a page whose order is done is right: the server has it',
  fold: 'a fold changes no outcome for devices, and their replicas, seen within the horizon',
  forgotten: 'what was deleted and what replicas had sent is forgotten, and none of it too early',
  quiet: 'a device in trouble does not storm the server',
} as const;

/** What simulator and design ask for and the product does not have yet: the check, and what it waits for. */
export const pendingInvariants = [
  ['after an erasure nobody shows or holds anything of it', 'erase and `era`'],
  [
    'restore, ageing, and many merges in one history',
    'a ledger that knows what a backup had forgotten, and what a merge lost with the server had done',
  ],
  [
    "many payments in a history that ages, is restored or merges a lot, or beside a shop's own cart",
    'a ledger that knows what a backup had forgotten of checkouts and where an owed merge takes them, and a shop that empties its cart when it is paid',
  ],
  [
    'a guest who was lost with a server put back in silence gets back what its device holds, also when nobody noticed yet',
    'a server that can tell a guest it lost from one it forgot',
  ],
  ['a permission taken away takes the rows away', 'grants and `acl`'],
  [
    'what a claim without an answer had carried is never handed to the next customer',
    'an answer that names what was known',
  ],
  [
    "what a store that could not be read has of a guest who was found to be another customer's goes on",
    'an answer that names what was known',
  ],
  [
    'a change made while the clock was ahead by months, whose answer was lost, is set aside when it comes after two horizons',
    'an age that a corrected clock does not hide',
  ],
  [
    'of two copies of a disk that come back after the horizon, a change that one had sent before is set aside when the other sends it',
    'an age of its own for each copy',
  ],
  [
    'a disk put back twice, with its changes numbered in another order each time, counts each once',
    'remembered ids across renewals',
  ],
  [
    'a change made before it was known whose page it is, sent from memory by a page that ended while its store failed, counts once when the next page finds it in that store',
    'a store that takes a note while it fails',
  ],
  [
    'synced is never said of a change that another tab withdrew or that left with the disk',
    'a trace of what became of it',
  ],
  [
    "an echo of a shop's cart is known as one after the disk lost what had been written to that cart",
    'a shop record that survives a lost disk',
  ],
  [
    'a change of which a failing or hanging store and the memory beside it number a copy each, while the server is restored, counts once',
    'ids remembered over replicas',
  ],
  [
    "a guest whose claim was lost with the server, its answer too, is no other customer's",
    'a claim that its device knows by name',
  ],
  [
    'a server put back in silence notices it although one of its spaces grew again before a device that is ahead asked',
    'a head that devices can prove',
  ],
  [
    'a first request that was under way while the server was put back is older than what the server had by then',
    'the time of the last restore in what has no cursor',
  ],
  [
    'a change that came again to a server which had lost it in silence counts once when a later backup that has it is put back',
    'ids remembered over restores',
  ],
  [
    'what the shop told a page that does not know its customer yet, or whose store is slow or hangs, keeps its place among what is done with the same items meanwhile',
    'one order of the acts of all tabs',
  ],
  [
    "a shop's cart is ours after it was cleared by a page that stood still, or whose store is slow or hangs, and had not heard of what another page shows",
    'a clear that tells how much the shop had',
  ],
  [
    "an order reported again before the server knows it as this customer's, or that they left before it said so, takes nothing of the shop's cart",
    'orders that a merge carries, and a shop that says which page is the first',
  ],
  [
    'an order takes of both carts what the shop told just before it, also where a locked page held the two',
    'a turn of its own for what the shop tells, and orders placed behind it under the epoch they were told in',
  ],
  [
    "a shop's cart is ours after its lines were made fewer while an order that was told again had no answer",
    'removals that wait beside the order',
  ],
  [
    'what a shop that is only read has of an article which a guest who keeps to the device ordered is seen',
    'orders that end without a server',
  ],
  [
    "a shop's cart is ours after a server was put back while or before an order was answered",
    'an answer that tells an order of its own from one of another device',
  ],
  [
    'what was done behind a claim without an answer is not taken for what a copy of the disk had numbered alike',
    'ids in the refusal of a claimed guest',
  ],
  ["what is done behind a `signOut()` that waits for its turn is the next guest's", 'writes that wait for that turn'],
  ['two tabs without a store that sign out end as one guest', 'a guest that tabs without a store share'],
  [
    'what a guest could not send survives that the store is emptied under its page and another page, which finds it so, signs the guest in first',
    'a page that asks the others before it claims from an emptied store',
  ],
] as const;

export type InvariantId = keyof typeof invariants;
