/** SPDY/3.1 on the wire: the numbers of its frames, and those that a server sends. */
export const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;
export const frameFlag = { fin: 1, unidirectional: 2 } as const;
export const resetStatus = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  internalError: 6,
} as const;
export const goAwayStatus = { ok: 0, protocolError: 1, internalError: 2 } as const;
export const settingInitialWindow = 7;
export const initialWindowBytes = 64 * 1024;

export const spdyVersion = 3;
const CONTROL_BIT = 0x8000;
const STREAM_ID_MASK = 0x7fff_ffff;
const HEADER_BYTES = 8;

/** The peer broke the protocol: the session ends. */
export class SpdyProtocolError extends Error {
  override readonly name = 'SpdyProtocolError';
}

/** A control frame: 8 bytes of header, then the payload. */
export function controlFrame(type: number, flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + payload.length);
  frame.writeUInt16BE(CONTROL_BIT | spdyVersion, 0);
  frame.writeUInt16BE(type, 2);
  frame.writeUInt32BE(payload.length, 4);
  frame[4] = flags;
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export function dataFrame(streamId: number, data: Uint8Array, isLast: boolean): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + data.length);
  frame.writeUInt32BE(streamId & STREAM_ID_MASK, 0);
  frame.writeUInt32BE(data.length, 4);
  frame[4] = isLast ? frameFlag.fin : 0;
  frame.set(data, HEADER_BYTES);
  return frame;
}

function words(...values: number[]): Buffer {
  const payload = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) payload.writeUInt32BE(value >>> 0, index * 4);
  return payload;
}

export const synReplyFrame = (streamId: number, headerBlock: Uint8Array): Buffer =>
  controlFrame(frameType.synReply, 0, Buffer.concat([words(streamId), headerBlock]));
export const rstStreamFrame = (streamId: number, status: number): Buffer =>
  controlFrame(frameType.rstStream, 0, words(streamId, status));
export const pingFrame = (id: number): Buffer => controlFrame(frameType.ping, 0, words(id));
export const goAwayFrame = (lastGoodStreamId: number, status: number): Buffer =>
  controlFrame(frameType.goAway, 0, words(lastGoodStreamId, status));
export const windowUpdateFrame = (streamId: number, bytes: number): Buffer =>
  controlFrame(frameType.windowUpdate, 0, words(streamId, bytes));
