/** Sent with every request; the server may refuse versions older than it still serves. A test holds it equal to package.json. */
export const sdkVersion = '0.1.0';
