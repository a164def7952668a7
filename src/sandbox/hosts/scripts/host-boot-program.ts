import { syscallConstants } from './syscalls.js'

/**
 * First half of a host's PID 1: outside its root the overlay, the network, private /dev, /sys/block and /proc; inside what a
 * first boot writes; then it becomes the second half (host-init) with fewer capabilities. Messages go to standard error,
 * which is the console; descriptors 8 and 9 are the second half's ways from and to the daemon.
 * Environment: INSTANCE_ID STATE MOUNTS IMAGE_LAYER ROOT_DEVICE ROOT_NUMBER ROOT_NAME SWITCH_PID LINK PRIVATE_IP MAC_ADDRESS
 * HOST_NAME DOMAIN LOGIN_USER INSTANCE_CONNECT MACHINE_ID EVENKEEL_HOSTS.
 *
 * Nothing of the host is read or written before its root is this process's: a symbolic link of its own, such as
 * `/etc/resolv.conf -> /run/systemd/…`, would lead to a file of the machine.
 *
 * It is Perl without modules, because that makes mounts, nodes and files by itself: as a shell script it started thirty
 * programs, which took three times as long as all the rest of a boot.
 */
export const hostBootProgram = (): string => `#!/usr/bin/perl
use strict;
${syscallConstants()}
${program}`

const program = String.raw`
my ($state, $instance, $user) = @ENV{qw(STATE INSTANCE_ID LOGIN_USER)};
my %flags = (ro => 1, nosuid => 2, nodev => 4, noexec => 8, noatime => 1024, bind => 4096);
my $remount = 32;
my $current_directory = -100; # AT_FDCWD
my $detach = 2;
umask 0;
enter($state);
mount_root();
join_network();
enter('root');
# What has outlived a boot in /tmp goes, as with systemd-tmpfiles; what a link there leads to is not the host's to empty.
run('rm', '-rf', '--', map { "tmp/$_" } names('tmp')) if -d 'tmp' && !-l 'tmp' && names('tmp');
mount_all();
make_directory('run/.machine', 0700);
call('pivot_root', SYS_pivot_root, '.', 'run/.machine');
enter('/');
$state = "/run/.machine$state";
copy_tree('/usr/lib/evenkeel/dev', '/dev');
make_node($ENV{ROOT_NAME}, 060660, split /:/, $ENV{ROOT_NUMBER});
give($ENV{ROOT_NAME}, 0, 6); # Debian's group disk
make_directory('/run/sshd', 0755);
make_directory('/run/cloud-init', 0755);
my $own = "/var/lib/cloud/instances/$instance";
first_boot() if !-e "$own/first-boot";
# A link into /run leads to nothing yet: the program that writes there, e.g. systemd-resolved, has not started.
unlink '/etc/resolv.conf' if -l '/etc/resolv.conf' && !-e '/etc/resolv.conf';
write_file('/etc/resolv.conf', 0644, "nameserver 169.254.169.253\nsearch $ENV{DOMAIN}\n");
my ($name) = -e '/etc/hostname' ? read_file('/etc/hostname') =~ /^(\S{1,64})(?:\s|\z)/ : ();
$name //= $ENV{HOST_NAME};
call('sethostname', SYS_sethostname, $name, length $name);
call('umount of the machine', SYS_umount2, '/run/.machine', $detach);
rmdir '/run/.machine';
umask 022;
my $key = '/etc/ssh/ssh_host_ed25519_key';
if (!-s $key) {
  unlink $key;
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', "root\@$name", '-f', $key);
}
%ENV = (PATH => $ENV{PATH}, LANG => 'C.UTF-8', EVENKEEL_HOSTS => $ENV{EVENKEEL_HOSTS});
my $dropped = join ',', map { "-$_" } qw(sys_module sys_rawio sys_time mknod syslog mac_admin mac_override audit_control
  audit_read block_suspend wake_alarm sys_pacct bpf perfmon checkpoint_restore ipc_owner net_broadcast);
exec 'setpriv', '--bounding-set', $dropped, '--inh-caps', '-all', '/usr/lib/evenkeel/host-init' or die "setpriv: $!\n";

# Paths are relative, so that no colon or comma of the state directory gets into the options. The work directory of a
# volatile overlay cannot be used twice. The upper directory is on the root disk, whose name inside the host the overlay bears.
sub mount_root {
  for (qw(disk root)) { make_directory($_, 0755) if !-d }
  mount_one($ENV{ROOT_DEVICE}, 'disk', 'ext4', 'noatime,noinit_itable');
  if (-d 'upper') { # of a sandbox whose root disks were directories
    run('cp', '-a', 'upper/.', 'disk/upper/');
    run('rm', '-rf', 'upper', 'work');
  }
  run('rm', '-rf', 'disk/work') if -e 'disk/work/work';
  for (qw(disk/upper disk/work)) { make_directory($_, 0755) if !-d }
  my $layers = "lowerdir=$ENV{IMAGE_LAYER}:/,upperdir=disk/upper,workdir=disk/work,volatile";
  mount_one($ENV{ROOT_NAME}, 'root', 'overlay', $layers);
}

# The host's lo keeps 127.0.0.1 alone: 127.B.H.L are the sandbox's public addresses, routed like any other.
sub join_network {
  my ($link, $address, $switch) = ($ENV{LINK}, $ENV{PRIVATE_IP}, "/proc/$ENV{SWITCH_PID}/ns/net");
  set_links(undef, "link set lo up
addr del 127.0.0.1/8 dev lo
addr add 127.0.0.1/32 dev lo
link add eth0 address $ENV{MAC_ADDRESS} type veth peer name $link netns $switch
addr add $address/32 dev eth0
link set eth0 up
route add 169.254.1.1/32 dev eth0
route add default via 169.254.1.1 src $address quickack 1
");
  set_links($switch, "link set $link up
addr add 169.254.1.1/32 dev $link
route replace $address/32 dev $link quickack 1
");
  write_file("/proc/sys/net/ipv4/conf/$_/route_localnet", undef, "1\n") for qw(all eth0);
}

sub set_links { # the network namespace, this one when it is undefined; lines for ip(8)
  my ($namespace, $lines) = @_;
  my $pid = open(my $ip, '|-') // die "ip: $!\n";
  if ($pid == 0) {
    if (defined $namespace) {
      open(my $file, '<', $namespace) or die "$namespace: $!\n";
      call($namespace, SYS_setns, fileno $file, 0);
    }
    exec 'ip', '-batch', '-' or die "ip: $!\n";
  }
  print $ip $lines;
  close $ip or die "the network could not be joined\n";
}

# The host's table (host-mounts.ts): source, target, type and options, each ended by NUL.
sub mount_all {
  my @fields = split /\0/, read_file($ENV{MOUNTS});
  while (my ($source, $target, $type, $options) = splice @fields, 0, 4) {
    my $place = ".$target";
    make_directory($place, 0755) if $options =~ s/,X-mount\.mkdir//;
    mount_one($source, $place, $type, $options);
  }
}

sub mount_one {
  my ($source, $target, $type, $options) = @_;
  my ($given, @own) = (0);
  for (split /,/, $options) { if ($flags{$_}) { $given |= $flags{$_} } else { push @own, $_ } }
  my $first = $given & $flags{bind} ? $flags{bind} : $given;
  call("mount of $target", SYS_mount, $source, $target, $type, $first, join(',', @own));
  # A bind takes its flags by a second call (mount(2)).
  call("mount of $target", SYS_mount, $source, $target, $type, $given | $remount, '') if $given != $first;
}

sub first_boot {
  write_file('/etc/hostname', 0644, "$ENV{HOST_NAME}\n");
  my $names = "$ENV{PRIVATE_IP} $ENV{HOST_NAME}.$ENV{DOMAIN} $ENV{HOST_NAME}";
  write_file('/etc/hosts', 0644, "127.0.0.1 localhost\n$names\n");
  write_file('/etc/machine-id', undef, "$ENV{MACHINE_ID}\n");
  for ('/var/lib/cloud', '/var/lib/cloud/instances', $own) { make_directory($_, 0755) if !-d }
  unlink '/var/lib/cloud/instance';
  symlink "instances/$instance", '/var/lib/cloud/instance' or die "/var/lib/cloud/instance: $!\n";
  copy_tree("$state/seed", $own);
  # What another server left on an image that was made of it: cloud-init gives a new one host keys of its own.
  unlink map { "/etc/ssh/$_" } grep { /^ssh_host_/ } names('/etc/ssh');
  copy_tree("$state/host-keys", '/etc/ssh');
  my ($home, @owner) = $user eq 'root' ? ('/root') : (make_user(), 1000, 1000);
  make_directory("$home/.ssh", 0700, @owner) if !-d "$home/.ssh";
  # Keys that an image brings stay, as with cloud-init.
  my $file = "$home/.ssh/authorized_keys";
  my $present = -s $file ? read_file($file) : '';
  $present =~ s/([^\n])\z/$1\n/;
  my %known = map { $_ => 1 } split /\n/, $present;
  my @missing = grep { !$known{$_}++ } split /\n/, read_file("$state/seed/authorized_keys");
  write_file($file, -e $file ? undef : 0644, $present . join('', map { "$_\n" } @missing), @owner);
  install_instance_connect() if $ENV{INSTANCE_CONNECT};
  write_file("$own/first-boot", 0644, '');
}

# As the package ec2-instance-connect does when it is installed.
sub install_instance_connect {
  my $name = 'ec2-instance-connect';
  if (read_file('/etc/passwd') !~ /^\Q$name\E:/m) {
    append_line('/etc/passwd', "$name:x:990:65534::/nonexistent:/usr/sbin/nologin");
    append_line('/etc/shadow', "$name:!:19000::::::");
  }
  my $command = "/usr/share/$name/eic_run_authorized_keys";
  return if read_file('/etc/ssh/sshd_config') =~ /^AuthorizedKeysCommand /m;
  append_line('/etc/ssh/sshd_config', "AuthorizedKeysCommand $command %u %f\nAuthorizedKeysCommandUser $name");
}

sub make_user {
  my $home = "/home/$user";
  if (read_file('/etc/passwd') !~ /^\Q$user\E:/m) {
    append_line('/etc/passwd', "$user:x:1000:1000:$user:$home:/bin/bash");
    append_line('/etc/shadow', "$user:*:19000:0:99999:7:::");
    append_line('/etc/group', "$user:x:1000:");
    append_line('/etc/gshadow', "$user:*::");
  }
  write_file('/etc/sudoers.d/90-cloud-init-users', 0440, "$user ALL=(ALL) NOPASSWD:ALL\n");
  if (!-d $home) {
    make_directory($home, 0755, 1000, 1000);
    copy_tree('/etc/skel', $home, 1000, 1000);
  }
  return $home;
}

# Files, directories, links and devices of a directory, with their modes, into another that is there; owned by an owner.
sub copy_tree {
  my ($from, $to, @owner) = @_;
  for my $name (names($from)) {
    my ($source, $target) = ("$from/$name", "$to/$name");
    my @found = lstat $source;
    my $mode = $found[2];
    if (-l _) {
      -l $target or symlink readlink($source), $target or die "$target: $!\n";
    } elsif (-d _) {
      make_directory($target, $mode & 07777, @owner) if !-d $target;
      copy_tree($source, $target, @owner);
    } elsif (-f _) {
      write_file($target, $mode & 07777, read_file($source), @owner);
    } else {
      make_node($target, $mode, ($found[6] >> 8) & 0xfff, $found[6] & 0xff);
    }
  }
}

sub make_node {
  my ($path, $mode, $major, $minor) = @_;
  call("mknod of $path", SYS_mknodat, $current_directory, $path, $mode, ($minor & 0xff) | $major << 8 | ($minor & ~0xff) << 12);
}

sub make_directory {
  my ($path, $mode, @owner) = @_;
  mkdir $path, $mode or die "$path: $!\n";
  give($path, @owner);
}

sub write_file { # path, mode or undefined to leave it, content, owner
  my ($path, $mode, $content, @owner) = @_;
  open(my $file, '>', $path) or die "$path: $!\n";
  chmod $mode, $file if defined $mode;
  print $file $content;
  close $file or die "$path: $!\n";
  give($path, @owner);
}

sub append_line {
  my ($path, $line) = @_;
  open(my $file, '>>', $path) or die "$path: $!\n";
  print $file "$line\n";
  close $file or die "$path: $!\n";
}

sub give {
  my ($path, @owner) = @_;
  !@owner or chown @owner, $path or die "$path: $!\n";
}

sub read_file {
  my ($path) = @_;
  local $/;
  open(my $file, '<', $path) or die "$path: $!\n";
  my $content = <$file>;
  return $content // '';
}

sub names {
  my ($path) = @_;
  opendir(my $directory, $path) or die "$path: $!\n";
  return grep { $_ ne '.' && $_ ne '..' } readdir $directory;
}

sub enter {
  my ($path) = @_;
  chdir $path or die "$path: $!\n";
}

sub run {
  system(@_) == 0 or die "$_[0] failed\n";
}

# Perl passes a text as a pointer to it, and a number as itself. A text has to be a variable's, as the copies here are.
sub call {
  my ($what, $number, @arguments) = @_;
  syscall($number, @arguments) != -1 or die "$what: $!\n";
}
`
