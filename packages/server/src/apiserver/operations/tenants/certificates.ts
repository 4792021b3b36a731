import { X509Certificate } from 'node:crypto'
import type { v1TenantAssetCert } from '@atrium/api/generated/operations.d.ts'
import type { TenantCertificateSpec } from '@atrium/api/kinds/tenant-certificate.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { certificateFingerprint, splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'
import { parseMeta, viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

const field = 'spec.certificate'
const maxBytes = 64 * 1024
const mostInOne = 10
/** Of a tenant: each connection made for it looks through all of them. */
const most = 20

const nameOf = ({ subject }: X509Certificate): string => subject.replaceAll('\n', ', ').slice(0, 200)

function readAuthority(pem: string, which: string, now: number): void {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(pem)
  } catch {
    throw invalid(field, `${which} cannot be read. Copy it again, whole`)
  }
  if (!certificate.ca) {
    throw invalid(
      field,
      `${which} (${nameOf(certificate)}) is of no authority. Send that of the authority that signed it`,
    )
  }
  if (certificate.validToDate.getTime() <= now) {
    const end = certificate.validToDate.toISOString()
    throw invalid(field, `${which} (${nameOf(certificate)}) expired at ${end}. Send its successor`)
  }
}

/** Authorities as they are kept: whole, and nothing beside them. A private key is refused wherever it stands. */
export function parseCertificate(
  body: v1TenantAssetCert,
  unknown: TenantCertificateSpec['unknown'],
  now: number,
): ReturnType<typeof parseMeta> & { spec: TenantCertificateSpec } {
  const { certificate = '', key = '' } = body.spec ?? {}
  if (key !== '' || /PRIVATE KEY-----/.test(JSON.stringify(body)))
    throw invalid('spec.key', 'private keys are not kept here. Send certificates of authorities alone')
  if (Buffer.byteLength(certificate) > maxBytes) throw invalid(field, `is longer than ${maxBytes} bytes`)
  const found = splitPemBundle(certificate)
  if (found.length === 0 || found.length !== certificate.split('-----BEGIN ').length - 1) {
    throw invalid(field, 'is not whole PEM. Each certificate begins with -----BEGIN CERTIFICATE----- and has its end')
  }
  if (found.length > mostInOne) throw invalid(field, `has more than ${mostInOne} certificates`)
  for (const [index, pem] of found.entries()) readAuthority(pem, `certificate ${index + 1}`, now)
  return { ...parseMeta(body.metadata), spec: { certificate: `${found.join('\n')}\n`, ...(unknown && { unknown }) } }
}

/** Two creations of the same moment can pass together: the limit bounds what connections cost, and is no right. */
export async function mustBeOneMore(tx: Tx): Promise<void> {
  const { count } = await tx.listNames('TenantCertificate', { limit: 1 })
  if (count < most) return
  const message = `A tenant may have ${most} certificates. Put several authorities into one, or delete what has expired.`
  throw new AtriumError('ResourceLimitReached', message, { details: { limit: most } })
}

/** With who each authority is, and until when it is good. */
export function viewCertificate({ meta, spec }: StoredObject<'TenantCertificate'>): v1TenantAssetCert {
  const authorities = splitPemBundle(spec.certificate).map((pem) => {
    const read = new X509Certificate(pem)
    return {
      subject: nameOf(read),
      notBefore: read.validFromDate.toISOString(),
      notAfter: read.validToDate.toISOString(),
      fingerprint: certificateFingerprint(pem),
    }
  })
  const view = { certificate: spec.certificate, isCA: true, key: '', authorities }
  return withUnknown({ metadata: viewMeta(meta), spec: view }, spec.unknown)
}
