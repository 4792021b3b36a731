import dns2 from 'dns2'

const { Packet } = dns2
const [serverFailure, noSuchName] = [2, 3]

/** A real name server on this machine, that knows texts and names that stand for others. */
export interface DnsServer {
  /** `address:port` */
  address: string
  texts: Map<string, string[]>
  /** By name: the one whose texts it has. */
  names: Map<string, string>
  /** Names that it fails at. */
  failing: Set<string>
  stop(): Promise<void>
}

export async function startDnsServer(): Promise<DnsServer> {
  const [texts, names, failing] = [new Map<string, string[]>(), new Map<string, string>(), new Set<string>()]
  const server = dns2.createServer({
    udp: true,
    handle(request, send) {
      const response = Packet.createResponseFromRequest(request)
      const { name = '', type } = request.questions[0] ?? {}
      const own = names.get(name)
      const found = texts.get(own ?? name) ?? []
      const of = { class: Packet.CLASS.IN, ttl: 60 }
      if (failing.has(name)) response.header.rcode = serverFailure
      else if (type !== Packet.TYPE.TXT || found.length === 0) response.header.rcode = noSuchName
      else {
        if (own !== undefined) response.answers.push(record({ ...of, name, type: Packet.TYPE.CNAME, domain: own }))
        for (const text of found) {
          response.answers.push(record({ ...of, name: own ?? name, type: Packet.TYPE.TXT, data: chunksOf(text) }))
        }
      }
      void send(response)
    },
  })
  const { udp } = await server.listen({ udp: { port: 0, address: '127.0.0.1' } })
  return {
    ...{ address: `127.0.0.1:${udp?.port}`, texts, names, failing },
    stop: () => server.close(),
  }
}

const record = (one: object) => new Packet.Resource(one)

/** A text is kept in parts of 255 bytes. */
const chunksOf = (text: string): string[] => text.match(/.{1,255}/gs) ?? ['']
