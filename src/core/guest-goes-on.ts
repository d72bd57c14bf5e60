/** Whether a guest's cart goes on as it is by this merge policy, by the site's word or at a checkout, and the customer's gives way. */
export const guestGoesOn = (policy: string | undefined): boolean => policy === 'guest' || policy === 'checkout';
