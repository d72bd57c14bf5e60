/** What the code blocks of the documents may use without declaring it. */
declare const relevo: import('relevo').Relevo;
/** A token of the customer `ana`, as the shop's own sign-in would issue. */
declare const token: string;
