/** A container could not be started: what users see as `state.waiting`, and when it is tried again. */
export class StartError extends Error {
  override readonly name = 'StartError';
  constructor(
    /** `ErrImagePull`, `CreateContainerConfigError`, … */
    readonly reason: string,
    message: string,
    /** Undefined: by the container's own back-off, because there is an ended container now. */
    readonly retryMs: number | undefined,
  ) {
    super(message);
  }
}
