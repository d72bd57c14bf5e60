import type { Cart, Consent } from './api.ts';
import type { CartFace } from './cart.ts';
import type { ConsentGate } from './consent.ts';

/** The cart as pages get it: without what only the engine's other rooms call. */
export const publicCart = (face: CartFace, bind: Cart['bind']): Cart => {
  const {
    keyOf: _keyOf,
    order: _order,
    park: _park,
    openOrders: _openOrders,
    sent: _sent,
    ...members
  } = Object.getOwnPropertyDescriptors(face);
  return Object.create(Object.prototype, { ...members, bind: { value: bind, enumerable: true } });
};

/** Consent as pages get it. */
export const publicConsent = (gate: ConsentGate): Consent => ({
  get current() {
    return gate.current;
  },
  set: gate.set,
});
