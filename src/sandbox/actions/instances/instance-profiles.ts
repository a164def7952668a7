import { ApiError, invalidValue } from '../../wire/api-error.js'
import { filterList, list, paging, string } from '../../wire/shape.js'
import { defineAction } from '../action.js'

/** The account of a sandbox has no IAM, and so no profile: each is refused as EC2 refuses one that does not exist. */
export function checkProfile(
  profile: { readonly Arn?: string | undefined; readonly Name?: string | undefined } = {},
): void {
  const { Arn, Name } = profile
  if (Name !== undefined)
    throw invalidValue(
      `Value (${Name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    )
  if (Arn !== undefined)
    throw invalidValue(
      `Value (${Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
    )
}

export const describeIamInstanceProfileAssociations = defineAction({
  name: 'DescribeIamInstanceProfileAssociations',
  effect: 'reads',
  members: { AssociationId: list(string), Filter: filterList, ...paging },
  run: ({ AssociationId = [] }) => {
    const [first] = AssociationId
    if (first !== undefined)
      throw new ApiError('InvalidAssociationID.NotFound', `An invalid association-id of '${first}' was given`)
    return { iamInstanceProfileAssociationSet: [], nextToken: '' }
  },
})
