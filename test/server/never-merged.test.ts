import { describe, expect, it } from 'vitest';
import { isNeverMerged } from '../../src/server/never-merged.ts';

describe('a name is of what is somebody’s own', () => {
  it.each([
    ...['couponcodes', 'zipcodes', 'phonenumbers', 'postalcodes', 'giftcards', 'promocodes', 'myemails', 'mobiles'],
    ...['myemail', 'newemail', 'primaryemail', 'loginemail', 'emailverified', 'email2verified', 'usedcoupon'],
    ...['address2line', 'street2', 'streetname', 'oldphone', 'defaultaddress', 'secondaryphone', 'phone2number'],
    ...['myMobile', 'mobileNumbers', 'mobilePhone', 'cell', 'cellphone', 'workCell', 'customerMobileNo'],
  ])('%s', (name) => {
    expect(isNeverMerged(name)).toBe(true);
  });
});

describe('a name only looks like that', () => {
  it.each([
    ...['mobileMenu', 'mobile_layout', 'cellSize', 'cell-padding', 'tableCell', 'isMobile', 'mobileView', 'theMailing'],
    ...['headphones', 'microphone', 'smartphone', 'streetwear', 'zipper', 'halfzip', 'hotel', 'talibans', 'mailing'],
    ...['addressed', 'addressing', 'names', 'codes', 'newcodes', 'mynumber'],
  ])('%s', (name) => {
    expect(isNeverMerged(name)).toBe(false);
  });
});

it('a long name is read in no time, whatever it is made of', () => {
  const parts = ['new', 'no', 'nos', 'zip', 'zip-', 'home-', 'mobile-', 'phone1', '1', 'address', 'e-', 'promo-'];
  const startedMs = performance.now();
  for (const part of parts) isNeverMerged(`phone${part.repeat(20_000 / part.length)}!`);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
