import { WayOut } from './network/way-out.js'

/** What a start found out about what hosts cannot have here; undefined where nothing is missing. */
interface Found {
  /** Why hosts boot no systemd. */
  readonly because: string | undefined
  readonly hostsMax: number | undefined
  /** Why there is no way out, or the way out itself. */
  readonly wayOut: WayOut | string
  readonly copiesBecause: string | undefined
}

/** What a sandbox's hosts are kept from on this machine, a sentence each. */
export function limitsOf({ because, hostsMax, wayOut, copiesBecause }: Found): readonly string[] {
  return [
    ...(because === undefined ? [] : [`hosts boot a small script and no systemd: ${because}`]),
    ...(hostsMax === undefined
      ? []
      : [`at most ${hostsMax} hosts: fs.inotify.max_user_instances cannot be raised here`]),
    ...(wayOut instanceof WayOut ? [] : [`hosts have no way out to the network: ${wayOut}`]),
    ...(copiesBecause === undefined
      ? []
      : [`snapshots are copies, for which mounted filesystems are frozen, as EC2's are not: ${copiesBecause}`]),
  ]
}
