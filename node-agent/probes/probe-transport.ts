/** The port through which probes and hooks reach a pod's network. Errors carry the words that users see in events. */
export interface HttpProbeRequest {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly timeoutMs: number;
}

export interface ProbeTransport {
  /** The status of the answer; redirects to the same host were followed. The body is cut at 10 KiB. */
  http(request: HttpProbeRequest): Promise<{ readonly status: number; readonly body: string }>;
  tcp(host: string, port: number, timeoutMs: number): Promise<void>;
  /** The health service's answer: `SERVING`, `NOT_SERVING`, `SERVICE_UNKNOWN`, `UNKNOWN`. */
  grpc(host: string, port: number, service: string, timeoutMs: number): Promise<string>;
}
