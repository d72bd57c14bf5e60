/** The three people who can sign in. No passwords: it is a demo. */
export const customers = [
  { id: 'ana', name: 'Ana' },
  { id: 'ben', name: 'Ben' },
  { id: 'chloe', name: 'Chloé' },
];

export const findCustomer = (id) => customers.find((customer) => customer.id === id);
