/** An image made on this machine and put into its Docker Engine, for what has no registry. */
import Docker from 'dockerode';
import { buildBusyboxImage, type BusyboxImageOptions } from './local-image.js';

/** Answers with the image's id. Repeatable: an image with this content is left as it is. */
export function putBusyboxImage(socketPath: string, tag: string, options: BusyboxImageOptions): Promise<string> {
  return buildBusyboxImage(new Docker({ socketPath }), tag, options);
}
