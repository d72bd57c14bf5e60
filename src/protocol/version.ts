/** The major version of the wire. Inside a major only optional fields are added. */
export const protocolVersion = 1;

/** The WebSocket subprotocol of the live channel. */
export const liveProtocol = 'relevo.v1';

/** Prefix of the subprotocol that carries the live ticket, base64url. */
export const ticketPrefix = 't.';
