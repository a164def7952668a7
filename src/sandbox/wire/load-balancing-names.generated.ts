/**
 * What Elastic Load Balancing knows and the sandbox does not support: the rest of the SDK's model.
 * Made by test/sandbox/sdk-names.test.ts; `vitest -u` writes it anew.
 */
export const otherActions = `
  AddListenerCertificates AddTrustStoreRevocations CreateRule CreateTrustStore DeleteRule
  DeleteSharedTrustStoreAssociation DeleteTrustStore DescribeAccountLimits DescribeCapacityReservation
  DescribeListenerAttributes DescribeListenerCertificates DescribeSSLPolicies DescribeTrustStoreAssociations
  DescribeTrustStoreRevocations DescribeTrustStores GetResourcePolicy GetTrustStoreCaCertificatesBundle
  GetTrustStoreRevocationContent ModifyCapacityReservation ModifyIpPools ModifyListenerAttributes ModifyRule
  ModifyTrustStore RemoveListenerCertificates RemoveTrustStoreRevocations SetIpAddressType SetRulePriorities
`

export const otherParameters: Readonly<Record<string, string>> = {
  CreateListener: `
  AlpnPolicy.N Certificates.N.IsDefault DefaultActions.N.AuthenticateCognitoConfig.AuthenticationRequestExtraParams
  DefaultActions.N.AuthenticateCognitoConfig.OnUnauthenticatedRequest
  DefaultActions.N.AuthenticateCognitoConfig.Scope DefaultActions.N.AuthenticateCognitoConfig.SessionCookieName
  DefaultActions.N.AuthenticateCognitoConfig.SessionTimeout DefaultActions.N.AuthenticateCognitoConfig.UserPoolArn
  DefaultActions.N.AuthenticateCognitoConfig.UserPoolClientId
  DefaultActions.N.AuthenticateCognitoConfig.UserPoolDomain
  DefaultActions.N.AuthenticateOidcConfig.AuthenticationRequestExtraParams
  DefaultActions.N.AuthenticateOidcConfig.AuthorizationEndpoint DefaultActions.N.AuthenticateOidcConfig.ClientId
  DefaultActions.N.AuthenticateOidcConfig.ClientSecret DefaultActions.N.AuthenticateOidcConfig.Issuer
  DefaultActions.N.AuthenticateOidcConfig.OnUnauthenticatedRequest DefaultActions.N.AuthenticateOidcConfig.Scope
  DefaultActions.N.AuthenticateOidcConfig.SessionCookieName DefaultActions.N.AuthenticateOidcConfig.SessionTimeout
  DefaultActions.N.AuthenticateOidcConfig.TokenEndpoint
  DefaultActions.N.AuthenticateOidcConfig.UseExistingClientSecret
  DefaultActions.N.AuthenticateOidcConfig.UserInfoEndpoint DefaultActions.N.FixedResponseConfig.ContentType
  DefaultActions.N.FixedResponseConfig.MessageBody DefaultActions.N.FixedResponseConfig.StatusCode
  DefaultActions.N.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds
  DefaultActions.N.ForwardConfig.TargetGroupStickinessConfig.Enabled
  DefaultActions.N.JwtValidationConfig.AdditionalClaims.N.Format
  DefaultActions.N.JwtValidationConfig.AdditionalClaims.N.Name
  DefaultActions.N.JwtValidationConfig.AdditionalClaims.N.Values.N DefaultActions.N.JwtValidationConfig.Issuer
  DefaultActions.N.JwtValidationConfig.JwksEndpoint DefaultActions.N.RedirectConfig.Host
  DefaultActions.N.RedirectConfig.Path DefaultActions.N.RedirectConfig.Port DefaultActions.N.RedirectConfig.Protocol
  DefaultActions.N.RedirectConfig.Query DefaultActions.N.RedirectConfig.StatusCode
  MutualAuthentication.AdvertiseTrustStoreCaNames MutualAuthentication.IgnoreClientCertificateExpiry
  MutualAuthentication.Mode MutualAuthentication.TrustStoreArn MutualAuthentication.TrustStoreAssociationStatus
  SslPolicy
  `,
  CreateLoadBalancer: `
  CustomerOwnedIpv4Pool EnablePrefixForIpv6SourceNat IpamPools.Ipv4IpamPoolId SubnetMappings.N.AllocationId
  SubnetMappings.N.IPv6Address SubnetMappings.N.PrivateIPv4Address SubnetMappings.N.SourceNatIpv6Prefix
  `,
  CreateTargetGroup: `
  Matcher.GrpcCode TargetControlPort
  `,
  DeregisterTargets: `
  Targets.N.QuicServerId
  `,
  DescribeRules: `
  RuleArns.N
  `,
  DescribeTargetHealth: `
  Include.N Targets.N.QuicServerId
  `,
  ModifyListener: `
  AlpnPolicy.N Certificates.N.IsDefault DefaultActions.N.AuthenticateCognitoConfig.AuthenticationRequestExtraParams
  DefaultActions.N.AuthenticateCognitoConfig.OnUnauthenticatedRequest
  DefaultActions.N.AuthenticateCognitoConfig.Scope DefaultActions.N.AuthenticateCognitoConfig.SessionCookieName
  DefaultActions.N.AuthenticateCognitoConfig.SessionTimeout DefaultActions.N.AuthenticateCognitoConfig.UserPoolArn
  DefaultActions.N.AuthenticateCognitoConfig.UserPoolClientId
  DefaultActions.N.AuthenticateCognitoConfig.UserPoolDomain
  DefaultActions.N.AuthenticateOidcConfig.AuthenticationRequestExtraParams
  DefaultActions.N.AuthenticateOidcConfig.AuthorizationEndpoint DefaultActions.N.AuthenticateOidcConfig.ClientId
  DefaultActions.N.AuthenticateOidcConfig.ClientSecret DefaultActions.N.AuthenticateOidcConfig.Issuer
  DefaultActions.N.AuthenticateOidcConfig.OnUnauthenticatedRequest DefaultActions.N.AuthenticateOidcConfig.Scope
  DefaultActions.N.AuthenticateOidcConfig.SessionCookieName DefaultActions.N.AuthenticateOidcConfig.SessionTimeout
  DefaultActions.N.AuthenticateOidcConfig.TokenEndpoint
  DefaultActions.N.AuthenticateOidcConfig.UseExistingClientSecret
  DefaultActions.N.AuthenticateOidcConfig.UserInfoEndpoint DefaultActions.N.FixedResponseConfig.ContentType
  DefaultActions.N.FixedResponseConfig.MessageBody DefaultActions.N.FixedResponseConfig.StatusCode
  DefaultActions.N.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds
  DefaultActions.N.ForwardConfig.TargetGroupStickinessConfig.Enabled
  DefaultActions.N.JwtValidationConfig.AdditionalClaims.N.Format
  DefaultActions.N.JwtValidationConfig.AdditionalClaims.N.Name
  DefaultActions.N.JwtValidationConfig.AdditionalClaims.N.Values.N DefaultActions.N.JwtValidationConfig.Issuer
  DefaultActions.N.JwtValidationConfig.JwksEndpoint DefaultActions.N.RedirectConfig.Host
  DefaultActions.N.RedirectConfig.Path DefaultActions.N.RedirectConfig.Port DefaultActions.N.RedirectConfig.Protocol
  DefaultActions.N.RedirectConfig.Query DefaultActions.N.RedirectConfig.StatusCode
  MutualAuthentication.AdvertiseTrustStoreCaNames MutualAuthentication.IgnoreClientCertificateExpiry
  MutualAuthentication.Mode MutualAuthentication.TrustStoreArn MutualAuthentication.TrustStoreAssociationStatus
  SslPolicy
  `,
  ModifyTargetGroup: `
  Matcher.GrpcCode
  `,
  RegisterTargets: `
  Targets.N.QuicServerId
  `,
  SetSecurityGroups: `
  EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
  `,
  SetSubnets: `
  EnablePrefixForIpv6SourceNat IpAddressType SubnetMappings.N.AllocationId SubnetMappings.N.IPv6Address
  SubnetMappings.N.PrivateIPv4Address SubnetMappings.N.SourceNatIpv6Prefix
  `,
}
