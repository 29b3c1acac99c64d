/** Images in Docker's store: looked up, pulled, listed. */
import type { ImageInspectInfo } from 'dockerode';
import type { Clock } from '../../../runtime/process/clock.js';
import { type ImageInfo, type RegistryAuth, RuntimeError } from '../container-runtime.js';
import { formatImageReference, type ImageReference, parseImageReference } from '../image-reference.js';
import { asRuntimeError, type Engine, messageOf } from './engine.js';
import { jsonLines } from './json-lines.js';

/** A pull that says nothing for so long has stalled. */
const PULL_SILENCE_MS = 120_000;

interface PullProgress {
  readonly status?: string;
  readonly id?: string;
  readonly error?: string;
}

const listOf = (value: string | readonly string[] | null | undefined) =>
  typeof value === 'string' ? [value] : [...(value ?? [])];

function infoOf(found: ImageInspectInfo): ImageInfo {
  return {
    id: found.Id,
    repoDigests: found.RepoDigests ?? [],
    sizeBytes: found.Size,
    user: found.Config?.User ?? '',
    env: found.Config?.Env ?? [],
    workingDir: found.Config?.WorkingDir ?? '',
    entrypoint: listOf(found.Config?.Entrypoint),
    command: listOf(found.Config?.Cmd),
  };
}

/** Registries tell a missing repository and a private one apart as little as they can. */
export function pullErrorOf(message: string): RuntimeError {
  if (/repository does not exist|not found|manifest unknown|name unknown|no such image/i.test(message)) {
    return new RuntimeError('image-not-found', message);
  }
  if (/unauthorized|authentication required|no basic auth|denied|forbidden|incorrect username/i.test(message)) {
    return new RuntimeError('unauthorized', message);
  }
  return new RuntimeError('pull-failed', message);
}

function authOf(auth: RegistryAuth | undefined) {
  if (!auth) return undefined;
  const { username, password, identityToken, serverAddress } = auth;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(identityToken === undefined ? {} : { identitytoken: identityToken }),
    ...(serverAddress === undefined ? {} : { serveraddress: serverAddress }),
  };
}

export class DockerImages {
  private readonly pulling = new Map<string, Promise<ImageInfo>>();

  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
  ) {}

  async find(text: string): Promise<ImageInfo | undefined> {
    // By its full name, since Docker would also take a short one for the beginning of an image's id.
    const reference = parseImageReference(text);
    const name = reference && !text.startsWith('sha256:') ? formatImageReference(reference) : text;
    const found = await this.engine.find((docker) => docker.getImage(name).inspect());
    return found && infoOf(found);
  }

  /** Pulls of one image by one account are one pull. Throws `image-not-found`, `unauthorized`, `pull-failed`, `timeout`, `invalid`. */
  pull(text: string, auth: RegistryAuth | undefined, onProgress?: (text: string) => void): Promise<ImageInfo> {
    const key = JSON.stringify([text, auth]);
    const running = this.pulling.get(key);
    if (running) return running;
    const pull = this.pullOnce(text, auth, onProgress).finally(() => this.pulling.delete(key));
    this.pulling.set(key, pull);
    return pull;
  }

  async list(): Promise<{ names: readonly string[]; sizeBytes: number }[]> {
    const images = await this.engine.call((docker) => docker.listImages());
    return images.map(({ RepoTags, RepoDigests, Size }) => ({
      names: [...(RepoDigests ?? []), ...(RepoTags ?? [])].filter((name) => !name.startsWith('<none>')),
      sizeBytes: Size,
    }));
  }

  private async pullOnce(text: string, auth: RegistryAuth | undefined, onProgress?: (text: string) => void) {
    const reference = parseImageReference(text);
    if (!reference) throw new RuntimeError('invalid', `couldn't parse image name "${text}": invalid reference format`);
    await this.download(reference, auth, onProgress);
    const image = await this.find(text);
    if (!image) throw new RuntimeError('pull-failed', `image ${text} is not there after its pull`);
    return image;
  }

  private async download(
    { domain, path, tag, digest }: ImageReference,
    auth?: RegistryAuth,
    onProgress?: (text: string) => void,
  ) {
    const stopped = new AbortController();
    const silence = () => this.clock.after(PULL_SILENCE_MS, () => stopped.abort());
    let timer = silence();
    try {
      const options = { fromImage: `${domain}/${path}`, tag: digest ?? tag };
      const stream = await this.engine.call((docker) =>
        docker.createImage(authOf(auth) ?? {}, { ...options, abortSignal: stopped.signal }),
      );
      for await (const line of jsonLines<PullProgress>(stream)) {
        timer.cancel();
        timer = silence();
        if (line.error) throw pullErrorOf(line.error);
        if (line.status) onProgress?.(line.id ? `${line.id}: ${line.status}` : line.status);
      }
    } catch (error) {
      if (stopped.signal.aborted)
        throw new RuntimeError('timeout', `pull of ${path} made no progress for ${PULL_SILENCE_MS / 1000} s`);
      const failure = asRuntimeError(error);
      throw failure.kind === 'invalid' || failure.kind === 'not-found' ? pullErrorOf(messageOf(error)) : failure;
    } finally {
      timer.cancel();
    }
  }
}
