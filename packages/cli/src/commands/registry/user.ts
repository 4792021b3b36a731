import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { defaultHostingFolder, hostingFolder } from '../../hosting/folder.ts'
import { type Role, readUsers, removeUser, roles, setRole, setUser } from '../../hosting/users.ts'
import { refuseOpenFile } from '../../platform/private-file.ts'
import { readSecrets } from '../../platform/prompt.ts'

interface UserOptions {
  folder: string
  passwordFile?: string
  role?: Role
}

const roleOption = (): Option => new Option('--role <role>', 'what they may do: read, or write too').choices(roles)

/** `atrium registry user add|role|remove|list [NAME] [--role read|write] [--folder DIR]` */
export const registerRegistryUser = (registry: Command): void => {
  const user = registry
    .command('user')
    .description('who may use the registry that is hosted here; a server need not be stopped')
  withFolder(user.command('add'))
    .description('add a user, or give one another password')
    .argument('<name>', 'of the user')
    .option(
      '--password-file <file>',
      'file of the password (0600); without it the password is asked for, or read from standard input',
    )
    .addOption(roleOption())
    .action(async (name: string, { folder, passwordFile, role }: UserOptions) => {
      const [password = ''] =
        passwordFile === undefined ? await readSecrets('Password: ') : [readPassword(passwordFile)]
      const isNew = await setUser(hostingFolder(folder).usersFile, name, password.trim(), role)
      process.stdout.write(`user/${name} ${isNew ? 'added' : 'has another password'}\n`)
    })
  withFolder(user.command('role'))
    .description('give a user another role; the password stays')
    .argument('<name>', 'of the user')
    .addOption(roleOption().makeOptionMandatory())
    .action((name: string, { folder, role = 'read' }: UserOptions) => {
      setRole(hostingFolder(folder).usersFile, name, role)
      process.stdout.write(`user/${name} may ${role}\n`)
    })
  withFolder(user.command('remove'))
    .description('remove a user; what they pushed stays')
    .argument('<name>', 'of the user')
    .action((name: string, { folder }: UserOptions) => {
      removeUser(hostingFolder(folder).usersFile, name)
      process.stdout.write(`user/${name} removed\n`)
    })
  withFolder(user.command('list'))
    .description('list the users')
    .action(({ folder }: UserOptions) => {
      const users = [...readUsers(hostingFolder(folder).usersFile)].map(([name, { role }]) => `${name} ${role}`)
      process.stdout.write(`${users.sort().join('\n') || 'There are no users.'}\n`)
    })
}

export const withFolder = (command: Command): Command =>
  command.option('--folder <dir>', 'where everything of the registry lies', defaultHostingFolder())

function readPassword(file: string): string {
  refuseOpenFile(file, 'a password')
  return readFileSync(file, 'utf8')
}
