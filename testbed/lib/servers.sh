# shellcheck shell=bash
# shellcheck disable=SC2154  # dir comes from the main script
# The servers. Each runs as the leader of a session of its own, so its session's id is the parent's pid and its
# children can be found even when the parent is dead.

server_variables=(kind security port address data_address netns neighbours user root ipv6 tls_ftp_user forbid show_symlinks)

server_folder() { echo "$dir/servers/$1"; }

server_load() {
    [[ -f $dir/servers/$1/conf ]] || die "no server $1"
    # shellcheck disable=SC1090
    . "$dir/servers/$1/conf"
}

server_save() {
    local variable
    (
        umask 077
        for variable in "${server_variables[@]}"; do
            printf '%s=%q\n' "$variable" "${!variable}"
        done >"$1/conf"
    )
}

# Reads /proc/PID/stat into state, session and birth; fails if there is no such process
process_look() {
    local line fields
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
    read -ra fields <<<"${line##*) }"
    state=${fields[0]} session=${fields[3]} birth=${fields[19]}
}

# DIR/servers/NAME/pid has a line "PID BIRTH" per start, the last is the present parent's: children of one that was
# killed can outlive several starts.

# Prints the parent's pid if it runs. The time of birth tells it from a stranger that got its pid.
server_parent() {
    local pid born state session birth
    read -r pid born < <(tail -n 1 "$dir/servers/$1/pid" 2>/dev/null) || return 1
    process_look "$pid" && [[ $birth == "$born" && $state != [ZX] ]] && echo "$pid"
}

# Prints the pids of the session children, also those of dead parents
server_children() {
    local file=$dir/servers/$1/pid pid born process state session birth name
    local -A leaders=()
    [[ -f $file ]] || return 0
    while read -r pid born; do
        # A stranger's session with a reused id: then the leader lives and is not our parent.
        if ! process_look "$pid" || [[ $birth == "$born" ]]; then
            leaders[$pid]=$born
        fi
    done <"$file"
    for process in /proc/[0-9]*; do
        process=${process#/proc/}
        process_look "$process" || continue
        born=${leaders[$session]:-}
        [[ -n $born && $process != "$session" && $state != [ZX] && $birth -ge $born ]] || continue
        # The last guard against strangers: a session's id is reused once all of it is gone.
        { read -r name <"/proc/$process/comm"; } 2>/dev/null || continue
        [[ $name != globus-gridftp* && $name != proftpd* ]] || echo "$process"
    done
}

server_processes() {
    server_parent "$1" || true
    server_children "$1"
}

signal_all() {
    local signal=$1 pid
    shift
    for pid in "$@"; do
        kill -s "$signal" "$pid" 2>/dev/null || true
    done
}

# Waits until none of the named kind of process is left; tenths of a second
wait_gone() {
    local tenths=$1 name=$2 list=$3
    while [[ -n $("$list" "$name") ]]; do
        [[ $((tenths--)) -gt 0 ]] || return 1
        sleep 0.1
    done
}

pick_port() {
    local tries port used
    used=$(ss -Htln | awk '{print $4}')
    # Below the range from which the kernel takes ports for connections.
    for ((tries = 0; tries < 100; tries++)); do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        grep -q ":$port\$" <<<"$used" || { echo "$port"; return; }
    done
    die "no free port found"
}

in_namespace() {
    if [[ -n $netns ]]; then
        ip netns exec "$netns" "$@"
    else
        "$@"
    fi
}

# Somebody else's server on our port would answer 220 just as well.
port_is_ours() {
    local listeners
    listeners=$(in_namespace ss -Hltnp "sport = :$port")
    case $listeners in
        *"pid=$1,"*) return 0 ;;
        *pid=* | '') return 1 ;;
    esac
    # Not told who it is: a server in a user namespace of its own.
    return 0
}

greets() {
    # shellcheck disable=SC2016
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1" && IFS= read -r line <&3 && echo QUIT >&3 && [[ $line == 220* ]]' \
        "$1" "$2" 2>/dev/null
}

# Writes the command into the array command
gct_command() {
    local folder=$1
    command=(env -u X509_USER_PROXY -u GLOBUS_TCP_PORT_RANGE -u GLOBUS_TCP_SOURCE_RANGE -u GLOBUS_LOCATION
        "X509_CERT_DIR=$dir/certificates" "GLOBUS_HOSTNAME=$address"
        "X509_USER_CERT=$folder/hostcert.pem" "X509_USER_KEY=$folder/hostkey.pem" "GRIDMAP=$folder/gridmap"
        globus-gridftp-server -c /dev/null -s -p "$port" -control-interface "$address" -data-interface "$data_address"
        -pidfile "$folder/pidfile" -l "$folder/log" -d "ERROR,WARN,INFO" -log-module stdio:buffer=0)
    [[ -z $root ]] || command+=(-home-dir "$root" -restrict-paths "$root")
    [[ -z ${forbid:-} ]] || command+=(-disable-command-list "$forbid")
    if [[ $security == anon ]]; then
        command+=(-aa -anonymous-names-allowed '*')
    fi
    if [[ $(id -u) -eq 0 ]]; then
        [[ $security == gsi ]] || command+=(-anonymous-user "$user")
        [[ $user != root ]] || command+=(-allow-root)
    fi
}

proftpd_limits() {
    [[ -n $root ]] || return 0
    cat <<END
<Directory />
  <Limit ALL>
    DenyAll
  </Limit>
</Directory>
<Directory "$root">
  <Limit ALL>
    AllowAll
  </Limit>
</Directory>
END
}

proftpd_command() {
    local folder=$1 modules=/usr/lib/proftpd group uid gid
    local unix_user=$user
    # In its user namespace a normal user is root, and needs to be: an anonymous log-in means chroot.
    [[ $(id -u) -eq 0 ]] || unix_user=root
    group=$(id -gn "$unix_user")
    {
        cat <<END
ServerName "testbed"
ServerType standalone
ModulePath "$modules"
DefaultAddress $address
Port $port
SocketBindTight on
UseIPv6 ${ipv6:-off}
User root
Group root
PidFile "$folder/pidfile"
ScoreboardFile "$folder/scoreboard"
SystemLog "$folder/log"
TransferLog "$folder/transfers"
DelayEngine off
ControlsEngine off
WtmpLog off
UseReverseDNS off
AuthPAM off
AuthOrder mod_auth_file.c mod_auth_unix.c
RequireValidShell off
UseFtpUsers off
RootLogin on
AllowForeignAddress on
AllowStoreRestart on
AllowRetrieveRestart on
AllowOverwrite on
Umask 022
MaxInstances none
END
        [[ -z ${show_symlinks:-} ]] || echo "ShowSymlinks $show_symlinks"
        if [[ -f $modules/mod_digest.so ]]; then
            printf 'LoadModule mod_digest.c\nDigestEngine on\n'
        fi
        if [[ -n $tls_ftp_user ]]; then
            # Third-party transfers: the two servers are strangers to each other's TLS sessions.
            cat <<END
LoadModule mod_tls.c
TLSEngine on
TLSLog "$folder/tls.log"
TLSRequired off
TLSRSACertificateFile "$folder/hostcert.pem"
TLSRSACertificateKeyFile "$folder/hostkey.pem"
TLSCACertificateFile "$dir/pki/cacert.pem"
TLSVerifyClient off
TLSOptions NoSessionReuseRequired
AuthUserFile "$folder/passwords"
DefaultChdir "${root:-/}"
END
        fi
        proftpd_limits
        # The whole tree under its true names, so that both kinds of server know a file by the same path.
        # "/" itself is refused here, "/./" is not.
        cat <<END
<Anonymous /./>
  User $unix_user
  Group $group
  UserAlias anonymous $unix_user
  UserAlias ftp $unix_user
  AnonRequirePassword off
  AnonRejectPasswords off
  DefaultChdir "${root:-/}"
END
        # The anonymous log-in does not inherit these.
        [[ -z ${show_symlinks:-} ]] || echo "ShowSymlinks $show_symlinks"
        proftpd_limits
        echo '</Anonymous>'
    } >"$folder/proftpd.conf"
    if [[ -n $tls_ftp_user ]]; then
        uid=$(id -u "$unix_user") gid=$(id -g "$unix_user")
        (umask 077 && printf '%s:%s:%s:%s::%s:/bin/sh\n' "${tls_ftp_user%%:*}" \
            "$(openssl passwd -6 -stdin <<<"${tls_ftp_user#*:}")" "$uid" "$gid" "${root:-/}" >"$folder/passwords")
    fi
    command=(proftpd -n -q -c "$folder/proftpd.conf")
    [[ $(id -u) -eq 0 ]] || command=(unshare -Ur "${command[@]}")
}

# Detached for good: own session, none of the caller's open files
launch() {
    local folder=$1 state session birth
    shift
    (
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            [[ $fd -le 2 ]] || eval "exec $fd>&-"
        done 2>/dev/null
        cd /
        exec setsid "$@" </dev/null >>"$folder/output" 2>&1
    ) &
    process_look $! || birth=0
    echo "$! $birth" >>"$folder/pid"
}

# Starts the server as described by the caller's variables. 0: it answers, 1: it died, 2: time-out
launch_and_wait() {
    local folder=$1 name=$2 command=() pid deadline
    if [[ $kind == gct ]]; then
        gct_command "$folder"
    else
        proftpd_command "$folder"
    fi
    if [[ -n $netns ]]; then
        # A GCT server does not start if its address cannot be looked up, and a namespace has no DNS. The file is
        # laid over /etc/hosts for this server only: ip netns exec gives it mounts of its own.
        awk '{ for (i = 1; i <= NF; i++) print $i, $i } END { print "127.0.0.1 localhost" }' \
            <<<"$address $data_address $neighbours" >"$folder/hosts"
        # shellcheck disable=SC2016
        command=(ip netns exec "$netns" sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$folder/hosts" "${command[@]}")
    fi
    launch "$folder" "${command[@]}"
    deadline=$((SECONDS + 10))
    while [[ $SECONDS -lt $deadline ]]; do
        pid=$(server_parent "$name") || return 1
        if port_is_ours "$pid" && greets "$address" "$port" && server_parent "$name" >/dev/null; then
            return 0
        fi
        sleep 0.05
    done
    return 2
}

server_options() {
    while [[ $# -gt 0 ]]; do
        case $1 in
            --gsi) security=gsi ;;
            --anon) security=anon ;;
            --ipv6) ipv6=on ;;
            --kind | --port | --user | --root | --netns | --address | --tls-ftp-user | --forbid | --show-symlinks)
                [[ $# -ge 2 ]] || die "start: $1 needs a value"
                local variable=${1#--}
                printf -v "${variable//-/_}" %s "$2"
                shift
                ;;
            *) die "start: unknown option $1" ;;
        esac
        shift
    done
    [[ $kind == gct || $kind == proftpd ]] || die "start: --kind gct or proftpd"
    [[ $kind == gct ]] && : "${security:=gsi}"
    [[ $kind == proftpd ]] && : "${security:=anon}"
    [[ $kind != proftpd || $security == anon ]] || die "proftpd knows no GSI"
    [[ $kind == gct || -z $forbid ]] || die "--forbid needs --kind gct"
    [[ $kind == proftpd || -z $tls_ftp_user ]] || die "--tls-ftp-user needs --kind proftpd"
    [[ $kind == proftpd || -z $show_symlinks ]] || die "--show-symlinks needs --kind proftpd"
    [[ $show_symlinks =~ ^(|on|off)$ ]] || die "--show-symlinks on or off"
    [[ -z $tls_ftp_user || $tls_ftp_user == ?*:?* ]] || die "--tls-ftp-user NAME:PASSWORD"
    [[ -z $port || $port =~ ^[0-9]+$ ]] || die "bad port $port"
    [[ -z $user || $(id -u) -eq 0 || $user == "$(id -un)" ]] || die "--user needs root"
    : "${user:=$(id -un)}"
    id "$user" >/dev/null 2>&1 || die "no Unix user $user"
    if [[ -n $root ]]; then
        [[ -d $root ]] || die "no folder $root"
        root=$(realpath "$root")
    fi
}

# Addresses of a server that is in a namespace, or is not
server_place() {
    local control data
    if [[ -n $netns ]]; then
        local short=${netns#"tb-$id-"} link side
        link=${short%-*} side=${short##*-}
        if [[ -d $dir/links/$link && ($side == src || $side == dst) ]]; then
            netns=$(link_namespace "$link" "$side")
            read -r control data < <(link_addresses "$link" "$side")
            # proftpd offers its control address for data, so it gets the one on the shaped link for both.
            [[ $kind == gct ]] || control=$data
            : "${address:=$control}"
            data_address=$data
            neighbours=$(link_all_addresses "$link")
        fi
        [[ -n $address ]] || die "namespace $netns belongs to no link here: --address needed"
    fi
    if [[ -n $ipv6 ]]; then
        : "${address:=::1}"
    else
        : "${address:=127.0.0.1}"
    fi
    : "${data_address:=$address}"
}

# A session reads the CA folder again for each data channel, by then as the user.
server_certificates_readable() {
    [[ $security == gsi && $(id -u) -eq 0 && $user != root ]] || return 0
    setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups ls "$dir/certificates" >/dev/null 2>&1 ||
        die "$user cannot read $dir/certificates (folders on the way must be open to all)"
}

server_start() {
    local name=$1 folder tries=1 rc old_port=''
    shift
    folder=$(server_folder "$name")
    if server_parent "$name" >/dev/null; then
        die "server $name runs already"
    fi
    local kind=gct security='' port='' address='' data_address='' netns='' neighbours='' user='' root='' ipv6='' tls_ftp_user='' forbid='' show_symlinks=''
    if [[ $# -eq 0 && -f $folder/conf ]]; then
        server_load "$name"
    else
        [[ ! -f $folder/conf ]] || old_port=$(server_load "$name" && echo "$port")
        server_options "$@"
        server_place
        : "${port:=$old_port}"
    fi
    server_certificates_readable
    mkdir -p "$folder"
    # Forget the parents that left no children.
    [[ -n $(server_processes "$name") ]] || rm -f "$folder/pid"
    pki_host_certificate "$folder" "$address" "$data_address"
    pki_gridmap "$user" >"$folder/gridmap"
    # Binding is the only sure test of a port: when it was our choice and the server dies, try another.
    local chosen=''
    [[ -n $port ]] || chosen=1 tries=5
    while :; do
        [[ -z $chosen ]] || port=$(pick_port)
        server_save "$folder"
        rc=0
        launch_and_wait "$folder" "$name" || rc=$?
        [[ $rc -ne 0 ]] || return 0
        server_stop "$name"
        [[ $rc -eq 1 && $((--tries)) -gt 0 ]] || break
    done
    [[ $rc -eq 1 ]] && die "server $name ended at once; see $folder/output and $folder/log"
    die "server $name did not answer 220 on $address port $port within 10 s; see $folder/log and $folder/output"
}

server_stop() {
    local name=$1
    [[ -d $dir/servers/$name ]] || die "no server $name"
    # shellcheck disable=SC2046
    signal_all TERM $(server_processes "$name")
    # shellcheck disable=SC2046
    signal_all CONT $(server_processes "$name")
    wait_gone 20 "$name" server_processes && return
    # shellcheck disable=SC2046
    signal_all KILL $(server_processes "$name")
    wait_gone 50 "$name" server_processes || die "server $name does not end"
}

stop_all() {
    local folder
    for folder in "$dir"/servers/*; do
        [[ ! -d $folder ]] || server_stop "${folder##*/}"
    done
}

stop_in_namespaces() {
    local folder ns
    for folder in "$dir"/servers/*; do
        [[ -f $folder/conf ]] || continue
        for ns in "$@"; do
            [[ $(server_load "${folder##*/}" && echo "$netns") != "$ns" ]] || server_stop "${folder##*/}"
        done
    done
}

server_kill() {
    local name=$1 what=${2:-both} list pid state session birth
    [[ -d $dir/servers/$name ]] || die "no server $name"
    case $what in
        parent) list=server_parent ;;
        child) list=server_children ;;
        both) list=server_processes ;;
        *) die "kill: parent, child or both; not $what" ;;
    esac
    for pid in $("$list" "$name"); do
        signal_all KILL "$pid"
        while process_look "$pid" && [[ $state != [ZX] ]]; do sleep 0.02; done
    done
    # A child born in the meantime
    [[ $what != both ]] || server_stop "$name"
}

server_signal() {
    local pids
    [[ -d $dir/servers/$1 ]] || die "no server $1"
    pids=$(server_processes "$1")
    [[ -n $pids ]] || die "server $1 does not run"
    # shellcheck disable=SC2086
    signal_all "$2" $pids
}

status() {
    local folder name pid up
    for folder in "$dir"/servers/*; do
        [[ -f $folder/conf ]] || continue
        name=${folder##*/} up=up
        pid=$(server_parent "$name") || { pid=- up=down; }
        (server_load "$name" && echo "$name $kind $security $port $pid $up")
    done
}

server_url() {
    local kind security port address netns ipv6
    (
        server_load "$1"
        scheme=ftp
        [[ $security != gsi ]] || scheme=gsiftp
        host=$address
        [[ $address != *:* ]] || host="[$address]"
        # The name too is in the certificate, and is what people type.
        [[ $scheme != gsiftp || $address != 127.0.0.1 ]] || host=localhost
        echo "$scheme://$host:$port"
    )
}
