/**
 * The nftables table that lets the answer to a request for a token go so many hops and no further
 * (`HttpPutResponseHopLimit`): at 1 it reaches the host, and no container behind it. What carries a PUT is known by its first
 * four bytes, behind a TCP header of 32 bytes (with timestamps) or 20; from then on its connection is limited. Other answers
 * are not, as on EC2 (EC2 User Guide, "Use the Instance Metadata Service", and the API reference of MetadataOptions).
 */
export function metadataHopsTable(hops: Readonly<Record<string, number>>): string {
  const byLimit = new Map<number, string[]>()
  for (const [address, limit] of Object.entries(hops)) byLimit.set(limit, [...(byLimit.get(limit) ?? []), address])
  const limits = [...byLimit].map(
    ([limit, addresses]) =>
      `  ct mark 1 ip saddr ${service} ip daddr { ${addresses.join(', ')} } ip ttl set ${limit}\n`,
  )
  return `table ip metadata {
 chain asked {
  type filter hook input priority -150; policy accept;
  ip daddr ${service} tcp dport 80 tcp doff 8 @th,256,32 ${put} ct mark set 1
  ip daddr ${service} tcp dport 80 tcp doff 5 @th,160,32 ${put} ct mark set 1
 }
 chain answered {
  type filter hook output priority -150; policy accept;
${limits.join('')} }
}
`
}

const service = '169.254.169.254'

/** `PUT ` */
const put = '0x50555420'
