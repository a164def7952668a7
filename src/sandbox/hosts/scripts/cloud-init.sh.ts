/**
 * Runs what user data asks for, after sshd answers (as on EC2). The daemon has lowered the user data to shell files:
 * `scripts/every-boot/*` run at each boot, `scripts/once/*` at the first alone; a file that fails makes the status
 * `error` and the others run all the same.
 */
export const cloudInitRunScript = String.raw`#!/bin/bash
exec 0</dev/null
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
unset EVENKEEL_HOSTS
instance=/var/lib/cloud/instance
log=/var/log/cloud-init-output.log
errors=0
umask 022
cd /
say() {
  printf '%s\n' "$*" >> $log
  printf '%s\n' "$*" >&2
}
run_all() { # directory
  local script status before
  for script in "$1"/*; do
    [ -f "$script" ] || continue
    before=$(wc -c < $log)
    "$script" >> $log 2>&1
    status=$?
    tail -c +$((before + 1)) $log >&2
    [ $status = 0 ] && continue
    errors=$((errors + 1))
    say "cc_scripts_user.py[WARNING]: Failed to run $script (exit status $status)"
  done
}
# What keys_to_console prints, from which clients pin host keys (GetConsoleOutput).
show_host_keys() {
  local key
  printf 'ec2: \nec2: #############################################################\n'
  printf 'ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----\n'
  for key in /etc/ssh/ssh_host_*_key.pub; do printf 'ec2: %s\n' "$(ssh-keygen -l -f "$key")"; done
  printf 'ec2: -----END SSH HOST KEY FINGERPRINTS-----\n'
  printf 'ec2: #############################################################\n'
  printf -- '-----BEGIN SSH HOST KEY KEYS-----\n'
  for key in /etc/ssh/ssh_host_*_key.pub; do printf '%s\n' "$(<$key)"; done
  printf -- '-----END SSH HOST KEY KEYS-----\n'
}
echo running > /run/cloud-init/status
printf -v now '%(%a, %d %b %Y %H:%M:%S %z)T' -1
say "Cloud-init v. 22.4.2 running 'modules:final' at $now. Datasource DataSourceEc2Local."
[ ! -s $instance/notes ] || say "$(<$instance/notes)"
run_all $instance/scripts/every-boot
if [ ! -e $instance/scripts-ran ]; then
  : > $instance/scripts-ran
  run_all $instance/scripts/once
fi
# Its place among cloud_final_modules is behind scripts_user, and it runs once an instance: a later boot shows no keys.
if [ ! -e $instance/keys-shown ]; then
  show_host_keys >&2
  : > $instance/keys-shown
fi
printf -v now '%(%a, %d %b %Y %H:%M:%S %z)T' -1
say "Cloud-init v. 22.4.2 finished at $now. Datasource DataSourceEc2Local.  Up $SECONDS seconds"
: > $instance/boot-finished
if [ $errors = 0 ]; then
  printf '{"v1":{"datasource":"DataSourceEc2Local","errors":[]}}\n' > /run/cloud-init/result.json
  echo done > /run/cloud-init/status
else
  printf '{"v1":{"datasource":"DataSourceEc2Local","errors":["scripts failed: %s"]}}\n' $errors > /run/cloud-init/result.json
  echo error > /run/cloud-init/status
fi
printf '\nDebian GNU/Linux 12 %s ttyS0\n\n%s login: \n' "$HOSTNAME" "$HOSTNAME" >&2
`

/** `/usr/bin/cloud-init`: `status` with the real one's words and exit statuses (0 done or running, 1 error). */
export const cloudInitCommandScript = String.raw`#!/bin/bash
case $1 in
  status) ;;
  -v|--version) echo '/usr/bin/cloud-init 22.4.2 (emulated by the evenkeel sandbox)'; exit 0 ;;
  *) echo "cloud-init: '$1' is not emulated by the evenkeel sandbox" >&2; exit 2 ;;
esac
shift
wait= long= format=
for argument; do
  case $argument in
    -w|--wait) wait=yes ;;
    -l|--long) long=yes ;;
    --format=json) format=json ;;
    --format|json|tabular|--format=tabular) [ "$argument" != json ] || format=json ;;
    *) echo "cloud-init status: unrecognized argument: $argument" >&2; exit 2 ;;
  esac
done
while :; do
  status=running
  [ ! -s /run/cloud-init/status ] || read -r status < /run/cloud-init/status
  [ -n "$wait" ] && [ $status = running ] || break
  printf .
  sleep 0.25
done
[ -z "$wait" ] || echo
if [ "$format" = json ]; then
  printf '{"datasource": "ec2", "detail": "DataSourceEc2Local", "status": "%s"}\n' $status
else
  echo "status: $status"
  [ -z "$long" ] || printf 'detail:\nDataSourceEc2Local\n'
fi
[ $status != error ]
`
