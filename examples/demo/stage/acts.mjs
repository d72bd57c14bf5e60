/**
 * The story, in order. Each act shows two places side by side, and says what to do there and what to look for.
 * A step begins with where it happens.
 *
 * @typedef {{ id: string, label: string, title: string, places: readonly [string, string], steps: readonly (readonly [string, string])[], look: string }} Act
 */

/** @type {readonly Act[]} */
export const acts = [
  {
    id: 'sign-in',
    label: 'Sign in',
    title: 'Two carts become one',
    places: ['laptop', 'phone'],
    steps: [
      ['Phone', 'Sign in as Ana, add the Alba sofa.'],
      ['Laptop', 'Signed in as nobody, add the Alba sofa and the Loma armchair.'],
      ['Laptop', 'Sign in as Ana.'],
    ],
    look: 'The armchair is on the phone as well. The sofa is there once, not twice: a receipt says so, line by line.',
  },
  {
    id: 'take-back',
    label: 'Take it back',
    title: 'Not what you wanted? Undo it',
    places: ['laptop', 'phone'],
    steps: [
      ['Phone', 'Add the Nido basket.'],
      ['Laptop', 'On the receipt, press “Take it back”.'],
    ],
    look: 'The armchair leaves both devices. The basket stays: it came after the two carts were put together.',
  },
  {
    id: 'offline',
    label: 'Offline',
    title: 'Both change while nobody is connected',
    places: ['laptop', 'phone'],
    steps: [
      ['Both', 'Switch “Online” off.'],
      ['Laptop', 'Add the Paso stool.'],
      ['Phone', 'Add the Paso stool, and in the cart remove the basket.'],
      ['Both', 'Switch “Online” on again.'],
    ],
    look: 'Two stools and no basket, on both: nothing that was added is lost, nothing that was removed is back.',
  },
  {
    id: 'check-out',
    label: 'Sign in to pay',
    title: 'You pay for what you see',
    places: ['laptop', 'phone'],
    steps: [
      ['Laptop', 'Sign out. Add the Seta table lamp, open the cart, press “Check out”.'],
      ['Laptop', 'On that page, sign in as Ana.'],
    ],
    look: 'The lamp alone is paid for. Sofa and stools are set aside below it, not bought by accident and not lost.',
  },
  {
    id: 'pay',
    label: 'Pay',
    title: 'Paid, and the thank-you page says so',
    places: ['laptop', 'phone'],
    steps: [
      ['Laptop', 'Press “Go to payment”, then “Pay and go back to the shop”.'],
      ['Laptop', 'Open the cart and put sofa and stools back.'],
    ],
    look: 'The lamp has left the phone’s cart too. Reload the thank-you page: it counts once.',
  },
  {
    id: 'webhook',
    label: 'Page never back',
    title: 'Paid, and no page ever hears of it',
    places: ['laptop', 'phone'],
    steps: [
      ['Phone', 'Open the cart, press “Check out”, then “Go to payment”.'],
      ['Laptop', 'Add the Barro vase.'],
      ['Phone', 'Press “Pay and close this page”.'],
    ],
    look: 'The provider tells the shop’s server, and the laptop’s cart is emptied of what was paid. The vase stays.',
  },
  {
    id: 'tablet',
    label: 'Shared tablet',
    title: 'The next person sees nothing',
    places: ['tablet', 'phone'],
    steps: [
      ['Tablet', 'Sign in as Ana: her cart is there.'],
      ['Tablet', 'Switch “Online” off, add the Tarde wall clock.'],
      ['Tablet', 'Sign out. It asks, since one change was not sent: sign out all the same.'],
    ],
    look: 'Cart, currency and recently viewed are empty; the tablet says how many changes were dropped. The phone has all the rest.',
  },
  {
    id: 'till',
    label: 'The till',
    title: 'Scanned at the till, seen on the phone',
    places: ['till', 'phone'],
    steps: [
      ['Phone', 'Open the cart, signed in as Ana.'],
      ['Till', 'Scan an article or two for Ana.'],
      ['Till', 'Press “Sell all”.'],
    ],
    look: 'The phone shows each scan at once, and who made it and where. What was sold leaves the phone’s cart.',
  },
];
