/** The site of these tests; customers' tokens are signed with its secret. */
export const killSites = {
  pk_a: {
    tokens: [
      { secret: 'secret-of-the-kill-loop-0123456789-0123456789', issuer: 'https://shop.example', audience: 'relevo' },
    ],
  },
};
