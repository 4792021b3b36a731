import { expect, test } from 'vitest'
import { listProcesses, parsePsLine, presentTicks, readProcess } from './process-table.ts'

test('this process is listed with its own command line, parent and a start in the past', () => {
  const entry = readProcess(process.pid)
  expect(entry).toMatchObject({ pid: process.pid, parentPid: process.ppid })
  expect(entry?.commandLine.join(' ')).toContain('node')
  expect(entry?.startTicks).toBeLessThanOrEqual(presentTicks(Date.now()))
  expect(listProcesses().map(({ pid }) => pid)).toContain(process.pid)
})

test('a pid nobody has is null', () => {
  expect(readProcess(2 ** 22 + 1)).toBeNull()
})

test('ps output of other systems is read, zombies left out', () => {
  const line = '  812     1   812 Ss   Sat Nov 21 08:30:05 2026     /opt/my tools/etcd --name=m --data-dir=/x y'
  expect(parsePsLine(line)).toEqual([
    {
      pid: 812,
      parentPid: 1,
      groupId: 812,
      startTicks: Date.UTC(2026, 10, 21, 8, 30, 5) / 1000,
      commandLine: ['/opt/my tools/etcd --name=m --data-dir=/x y'],
    },
  ])
  expect(parsePsLine('  813     1   812 Z    Sat Nov 21 08:30:05 2026     (etcd)')).toEqual([])
  expect(parsePsLine('')).toEqual([])
})
