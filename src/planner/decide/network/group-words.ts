import { heededTags } from '../../../model/kinds/ignored-changes.js'
import { compareText } from '../../../model/address-order.js'
import { peerText, sidedRules, type RuleSide, type SecurityGroupSpec } from '../../../model/kinds/security-group.js'
import { userTagsWord } from '../../compare/desired-tags.js'

/** What the file says of a group, as it is digested into the applied tag. */
export function groupWords(spec: SecurityGroupSpec) {
  return [
    { key: 'description', word: spec.description },
    { key: 'ingress', word: rulesWord(spec, 'ingress') },
    { key: 'egress', word: rulesWord(spec, 'egress') },
    { key: 'tags', word: userTagsWord(heededTags(spec)) },
  ] as const
}

/** The rules of one side as the file says them, `my-ip` as the word that it is; undefined where it says nothing of them. */
export function rulesWord(spec: SecurityGroupSpec, side: RuleSide): readonly string[] | undefined {
  const texts = sidedRules(spec).flatMap(({ side: own, protocol, fromPort, toPort, peer }) => {
    if (own !== side) return []
    return `${protocol} ${fromPort}-${toPort} ${peerText(peer)}`
  })
  const isSaid = side === 'egress' ? spec.egress !== undefined : texts.length > 0
  return isSaid ? texts.sort(compareText) : undefined
}
