/** Bearer tokens of service accounts: ES256 JWTs with Kubernetes' claims, signed by a key of the cluster. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import type { Clock } from '../../runtime/process/clock.js';
import type { Random } from '../../runtime/process/random.js';
import type { TokenIssuer, TokenSubject } from '../verbs/token-request.js';
import type { TokenVerifier } from './authenticator.js';
import type { RecordStore } from './certificates.js';
import type { User } from './user.js';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const RECORD = 'keys/service-accounts';
const SECONDS_DEFAULT = 3600;
const USERS_REMEMBERED = 4096;

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
  };
}

/** Whether what a token is bound to still exists with its uid. */
export type StillThere = (
  type: 'serviceaccounts' | 'pods',
  namespace: string,
  name: string,
  uid: string,
) => boolean | Promise<boolean>;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function userOf(claims: Claims): User {
  const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
  const extra: Record<string, string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.jti}`] };
  if (pod) {
    extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
  }
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { name: claims.sub, uid: serviceaccount.uid, groups, extra };
}

export class ServiceAccountTokens implements TokenIssuer, TokenVerifier {
  readonly #publicKey: KeyObject;
  /** Signatures that have been checked, by token. */
  readonly #checked = new Map<string, { claims: Claims; user: User }>();

  constructor(
    private readonly privateKey: KeyObject,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly stillThere: StillThere,
  ) {
    this.#publicKey = createPublicKey(privateKey);
  }

  /** With the cluster's key, which is made at the first start. */
  static async open(
    records: RecordStore,
    clock: Clock,
    random: Random,
    stillThere: StillThere,
  ): Promise<ServiceAccountTokens> {
    const kept = await records.getRecord(RECORD);
    if (kept) return new ServiceAccountTokens(createPrivateKey(Buffer.from(kept)), clock, random, stillThere);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await records.putRecord(RECORD, Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    return new ServiceAccountTokens(privateKey, clock, random, stillThere);
  }

  issue(subject: TokenSubject): { token: string; expiresAtMs: number; audiences: readonly string[] } {
    const { namespace, serviceAccount, pod } = subject;
    const audiences = subject.audiences ?? [ISSUER];
    const issuedAt = Math.floor(this.clock.now() / 1000);
    const expiresAt = issuedAt + (subject.expirationSeconds ?? SECONDS_DEFAULT);
    const claims: Claims = {
      aud: audiences,
      exp: expiresAt,
      iat: issuedAt,
      iss: ISSUER,
      jti: this.random.uuid(),
      'kubernetes.io': { namespace, serviceaccount: serviceAccount, ...(pod ? { pod } : {}) },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    };
    const text = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: this.privateKey, dsaEncoding: 'ieee-p1363' });
    return { token: `${text}.${signature.toString('base64url')}`, expiresAtMs: expiresAt * 1000, audiences };
  }

  async verify(token: string): Promise<User | undefined> {
    const known = this.#checked.get(token) ?? this.#check(token);
    if (!known) return undefined;
    const { claims, user } = known;
    const nowSeconds = this.clock.now() / 1000;
    if (nowSeconds >= claims.exp || nowSeconds < claims.nbf - 60 || !claims.aud.includes(ISSUER)) return undefined;
    return (await this.#isAlive(claims)) ? user : undefined;
  }

  async #isAlive(claims: Claims): Promise<boolean> {
    const { namespace, serviceaccount, pod } = claims['kubernetes.io'];
    if (!(await this.stillThere('serviceaccounts', namespace, serviceaccount.name, serviceaccount.uid))) return false;
    return !pod || (await this.stillThere('pods', namespace, pod.name, pod.uid));
  }

  #check(token: string): { claims: Claims; user: User } | undefined {
    const [header, body, signature, ...more] = token.split('.');
    if (!header || !body || !signature || more.length > 0) return undefined;
    const text = Buffer.from(`${header}.${body}`);
    const options = { key: this.#publicKey, dsaEncoding: 'ieee-p1363' } as const;
    if (!verify('sha256', text, options, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims; // Ours, as the signature says.
    if (claims.iss !== ISSUER) return undefined;
    const checked = { claims, user: userOf(claims) };
    if (this.#checked.size >= USERS_REMEMBERED) this.#checked.clear();
    this.#checked.set(token, checked);
    return checked;
  }
}
