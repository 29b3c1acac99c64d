/** Writes that may come too late. */
import { StatusError } from '../../schemas/errors.js';

/** What is gone, or is another by now, needs no more doing. Answers whether the write was made. */
export async function unlessGone(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof StatusError && (error.code === 404 || error.code === 409)) return false;
    throw error;
  }
}
