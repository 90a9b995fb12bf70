// Calls to the server: JSON in and out, problems decoded, failures of the network as problems too.
import { hasMessage, t, type Params } from './i18n'

/** One field that was refused: where, why, with the values for its message. */
export interface FieldProblem {
  path: string
  code: string
  message: string
  params?: Params
}

/** The members of application/problem+json that the screens read. */
export interface ProblemBody {
  status?: number
  detail?: string
  code?: string
  request_id?: string
  params?: Params
  errors?: FieldProblem[]
}

/**
 * A refused or failed call. `status` is the HTTP status, or 0 when no answer came; then `code` is "network" or
 * "timeout" and the call may or may not have reached the server.
 */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly params: Params
  readonly fields: FieldProblem[]
  readonly requestID: string

  constructor(status: number, body: ProblemBody) {
    super(body.detail || body.code || `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? ''
    this.params = body.params ?? {}
    this.fields = body.errors ?? []
    this.requestID = body.request_id ?? ''
  }

  /** Whether the same call may succeed later without any change by the user. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** The message of a code in the user's language, falling back to the server's English detail. */
export function codeText(code: string, params: Params = {}, detail = ''): string {
  const key = `error.${code}`
  return code && hasMessage(key) ? t(key, params) : detail || t('error.unknown')
}

/** A sentence for the user about anything thrown by a call. */
export function problemText(error: unknown): string {
  if (error instanceof Problem) return codeText(error.code, error.params, error.message)
  return t('error.unknown')
}

/** The messages of refused fields by path, for showing beside the inputs. */
export function fieldTexts(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {}
  return Object.fromEntries(error.fields.map((f) => [f.path, codeText(f.code, f.params, f.message)]))
}

/** Options of a call. */
export interface CallOptions {
  /** Give up after this many milliseconds; 15 000 when absent. */
  timeout?: number
  /** More request headers, such as Idempotency-Key. */
  headers?: Record<string, string>
}

async function decode(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const type = response.headers.get('content-type') ?? ''
  return type.includes('json') ? response.json() : response.text()
}

/**
 * Makes one call; resolves with the decoded body, rejects with a Problem. Forms and Blobs are sent as they are, all
 * else as JSON.
 */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<T> {
  const isRaw = body instanceof FormData || body instanceof Blob // a Blob's type is its Content-Type
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers }
  if (method !== 'GET') headers['X-Xinglu'] = '1' // proves that a page of ours made the call
  if (body !== undefined && !isRaw) headers['Content-Type'] = 'application/json'

  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), options.timeout ?? 15_000)
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      signal: abort.signal,
      body: body === undefined || isRaw ? (body as FormData | Blob | undefined) : JSON.stringify(body),
    })
    const decoded = await decode(response)
    if (response.ok) return decoded as T
    throw new Problem(response.status, typeof decoded === 'object' && decoded ? decoded : {})
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(0, { code: abort.signal.aborted ? 'timeout' : 'network' })
  } finally {
    clearTimeout(timer)
  }
}

/** The calls by method. Paths are absolute: "/api/exam/me". */
export const api = {
  get: <T>(path: string, options?: CallOptions) => call<T>('GET', path, undefined, options),
  post: <T>(path: string, body: unknown = {}, options?: CallOptions) => call<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown = {}, options?: CallOptions) => call<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown = {}, options?: CallOptions) =>
    call<T>('PATCH', path, body, options),
  del: <T>(path: string, options?: CallOptions) => call<T>('DELETE', path, undefined, options),
}
