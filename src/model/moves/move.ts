import type { Address } from '../address.js'

/** What the file says was renamed: a whole entry, `server.web`, or one member of it, `server.web[0]`. */
export interface Move {
  readonly from: Address
  readonly to: Address
}
