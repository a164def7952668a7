/** What is said of a URL or a branch that cannot be. */
interface SourceMistake {
  readonly message: string
  readonly hint: string
}

const wanted = 'write https://host/path, ssh://user@host/path or user@host:path'
const host = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?`
const path = String.raw`[A-Za-z0-9._~%+@=,/-]+`
const user = '[A-Za-z0-9_][A-Za-z0-9._-]*'

/** Nothing in them can be taken for an option, another transport or a command; no user of https, whose name is often a token. */
const forms = [
  new RegExp(`^https://${host}/${path}$`),
  new RegExp(`^ssh://(?:${user}@)?${host}/${path}$`),
  new RegExp(String.raw`^${user}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:(?!-)${path}$`),
]

/** What is wrong with the URL of a repository: git would carry out what stands in some, and read this machine's files by others. */
export function mistakeInUrl(url: string): SourceMistake | undefined {
  if (url.length <= 2000 && forms.some((form) => form.test(url))) return undefined
  const scheme = /^([a-z][a-z0-9+.-]*)(?=:)/i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'ssh') {
    return { message: `repositories are fetched over https or ssh alone, not by ${scheme}`, hint: wanted }
  }
  if (scheme === undefined || !url.includes('://')) {
    return { message: 'this is no URL of a repository: nothing is fetched from paths of this machine', hint: wanted }
  }
  return { message: 'this is no plain URL of a repository', hint: `${wanted}, without ? and #` }
}

/** Whether a URL has what nobody is to read: a password, a user of https, or something in its query. */
export function hasCredentials(url: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/*[^/?#@]*:[^/?#]*@/i.test(url) ||
    /^[^/@:]+:[^/@]+@/.test(url) ||
    /^https?:\/*[^/?#]*@/i.test(url) ||
    /[?&#][^=&]*(?:token|key|secret|password|auth)[^=&]*=/i.test(url)
  )
}

/** As git-check-ref-format has them, but for those that an option or a revision could be. */
export function mistakeInBranch(branch: string): SourceMistake | undefined {
  const isName =
    branch.length <= 250 &&
    /^[^\s~^:?*[\\\p{Cc}]+$/u.test(branch) &&
    !/^[-/.]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$|^@$/.test(branch)
  if (isName) return undefined
  return { message: 'this is no name of a branch', hint: 'write it without refs/heads/: main' }
}

/** What the stacks of a repository are called by, where nothing is said: the last part of its URL. */
export function nameFromUrl(url: string): string | undefined {
  const [, last = ''] = /([^/:]+?)(?:\.git)?\/*$/.exec(url) ?? []
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 40)
  return /^[a-z][a-z0-9-]*$/.test(name) ? name : undefined
}
