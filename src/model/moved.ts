/** One thing that is not what a saved plan was made from. */
export interface Moved {
  /** `file`: the stack file; `source`: files of this machine that are copied; `live`: EC2, or the inside of a server. */
  readonly where: 'file' | 'source' | 'live'
  /** The address, or a few words where it has none. */
  readonly what: string
  /** Dotted; empty: all of it. */
  readonly path: string
  /** Undefined: it was not there. */
  readonly before: unknown
  /** Undefined: it is not there any more. */
  readonly after: unknown
}
