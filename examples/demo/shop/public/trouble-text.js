const texts = {
  'network/offline': 'There is no connection. Nothing was changed; try again when you are online.',
  'checkout/unsynced':
    'The shop cannot be reached, so nothing was frozen for payment. Your cart is as it was; try again.',
  'merge/unknown': 'The shop does not know this receipt any more.',
  'merge/too-late': 'More than 30 days have gone by: this cannot be taken back any longer.',
  'sync/abandoned': 'Somebody signed out meanwhile.',
};

/** What a rejection of Relevo's means to the customer. */
export const troubleText = ({ code, message }) => texts[code] ?? message;
