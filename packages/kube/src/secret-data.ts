import { isRecord, type KubeObject } from './object.ts'

/** A Secret as the server keeps it; any other object as it is. */
export function withData(declared: KubeObject): KubeObject {
  if (declared.kind !== 'Secret' || declared.apiVersion !== 'v1' || !isRecord(declared.stringData)) return declared
  const { stringData, ...rest } = declared
  const encoded = Object.entries(stringData as object).map(([name, text]) => [
    name,
    Buffer.from(String(text)).toString('base64'),
  ])
  return {
    ...(rest as KubeObject),
    data: { ...(isRecord(rest.data) ? rest.data : {}), ...Object.fromEntries(encoded) },
  }
}
