const canaryPattern = /\b(ana|ben|eve|guest)~\d+/g;

/** The canaries in a text: who wrote each of them. */
export const canariesIn = (text: string): readonly string[] => text.match(canaryPattern) ?? [];
