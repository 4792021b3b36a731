/**
 * As much of samlify as tests use. Its own types bring those of browsers into the whole program, where they would stand in the way
 * of Node's: `paths` in tsconfig.json leads here instead.
 */
interface Entity {
  getMetadata(): string
  entityMeta: { getX509Certificate(use: string): string | string[] }
}
interface Answer {
  id: string
  context: string
}
type Replace = (template: string) => Answer
interface Provider extends Entity {
  createLoginResponse(
    service: Entity,
    request: object,
    binding: 'post',
    user: object,
    replace: Replace,
  ): Promise<Answer>
}

export function IdentityProvider(settings: object): Provider
export function ServiceProvider(settings: { metadata: string }): Entity
export const SamlLib: {
  replaceTagsByValue(template: string, tags: Record<string, string>): string
  constructSAMLSignature(options: object): string
}
