const places = { pos: 'at the till', agent: 'at the call-centre desk', server: 'in the shop' };

/** Who changed a line last, where that was not the customer: `till-3, at the till`. */
export const originText = ({ actor, channel }) => (actor ? `${actor}, ${places[channel] ?? channel}` : '');
