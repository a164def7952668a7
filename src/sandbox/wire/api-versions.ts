/** The version of the API that the SDKs speak now. */
export const apiVersion = '2016-11-15'

/**
 * Older clients send an older one, and EC2 answers all of them. These are the versions since VPCs are the rule; each is a
 * subset of the newest, whose parameters and answers they get (EC2 API reference, "Document history").
 */
const versions: ReadonlySet<string> = new Set([
  apiVersion,
  '2016-09-15',
  '2016-04-01',
  '2015-10-01',
  '2015-04-15',
  '2015-03-01',
  '2014-10-01',
  '2014-09-01',
  '2014-06-15',
  '2014-05-01',
  '2014-02-01',
  '2013-10-15',
  '2013-10-01',
  '2013-08-15',
  '2013-07-15',
  '2013-06-15',
  '2013-02-01',
])

export function isApiVersion(text: string): boolean {
  return versions.has(text)
}
