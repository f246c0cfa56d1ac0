# shellcheck shell=bash
# shellcheck disable=SC2154  # dir, id come from the main script
# A link: namespaces src and dst. Data flows between them over one shaped veth pair; each has a second,
# unshaped pair to the host for the control connections.
#
#   host .1 ---- ctl .2  src  data .9 ======== data .10  dst  ctl .6 ---- .5 host        (10.A.B.x)
#
# The host also reaches .9 and .10 by the control pairs, for servers that know only one address
# (proftpd) and for transfers between the host and a server.

link_namespace() { echo "tb-$id-$1-$2"; }

# Reads LINK/state into the caller's variables: net, host_src, host_dst
link_load() {
    [[ -f $dir/links/$1/state ]] || die "no link $1"
    # shellcheck disable=SC1090
    . "$dir/links/$1/state"
}

# The control and the data address of a side
link_addresses() {
    local net host_src host_dst
    link_load "$1"
    case $2 in
        src) echo "$net.2 $net.9" ;;
        dst) echo "$net.6 $net.10" ;;
    esac
}

link_all_addresses() {
    local net host_src host_dst
    link_load "$1"
    echo "$net".{1,2,5,6,9,10}
}

rate_to_bytes() {
    [[ $1 =~ ^([0-9]+)([kmg]?)bit$ ]] || die "bad rate '$1': a number and kbit, mbit or gbit"
    local n=${BASH_REMATCH[1]}
    case ${BASH_REMATCH[2]} in
        k) n=$((n * 1000)) ;;
        m) n=$((n * 1000000)) ;;
        g) n=$((n * 1000000000)) ;;
    esac
    [[ $n -gt 0 ]] || die "bad rate '$1'"
    echo $((n / 8))
}

# The name of the host's end holds the net: making the interface claims the net, without a race.
link_claim_net() {
    local tries a b log=''
    for ((tries = 0; tries < 50; tries++)); do
        a=$((200 + RANDOM % 50)) b=$((RANDOM % 256))
        net=10.$a.$b host_src=tb${a}x${b}s host_dst=tb${a}x${b}d
        if ip -4 route show match "$net.1" | grep -qv '^default'; then
            continue
        fi
        if log=$(ip link add "$host_src" type veth peer name ctl netns "$1" 2>&1); then
            return 0
        fi
    done
    die "no private network could be made: $log"
}

link_make() {
    local name=$1 rate='' bytes burst side ns net host_src host_dst
    shift
    while [[ $# -gt 0 ]]; do
        case $1 in
            --rate) rate=${2:?--rate RATE} ;;
            *) die "link: unknown option $1" ;;
        esac
        shift 2
    done
    [[ -n $rate ]] || die "link: --rate missing"
    bytes=$(rate_to_bytes "$rate")
    [[ ! -e $dir/links/$name ]] || die "link $name exists"
    [[ $(id -u) -eq 0 ]] || die "links need root"
    local src dst
    src=$(link_namespace "$name" src)
    dst=$(link_namespace "$name" dst)
    # Left over from a folder that was removed by hand; the name says they are ours.
    for ns in "$src" "$dst"; do
        ip netns del "$ns" 2>/dev/null || true
    done
    # A half-made link is taken down again.
    trap 'link_remove_quietly "$link_being_made"' EXIT
    link_being_made=$name
    mkdir "$dir/links/$name"
    ip netns add "$src"
    ip netns add "$dst"
    link_claim_net "$src"
    printf 'net=%s host_src=%s host_dst=%s\n' "$net" "$host_src" "$host_dst" >"$dir/links/$name/state"
    ip link add "$host_dst" type veth peer name ctl netns "$dst"
    ip link add data netns "$src" type veth peer name data netns "$dst"
    ip addr add "$net.1/30" dev "$host_src"
    ip addr add "$net.5/30" dev "$host_dst"
    ip -n "$src" addr add "$net.2/30" dev ctl
    ip -n "$dst" addr add "$net.6/30" dev ctl
    ip -n "$src" addr add "$net.9/30" dev data
    ip -n "$dst" addr add "$net.10/30" dev data
    # Below 64 KiB of burst tbf cuts the large packets of TCP up, which costs CPU; for slow links accuracy matters more.
    burst=$((bytes / 250))
    [[ $burst -ge 80000 ]] || burst=$((bytes >= 1250000 ? 80000 : 16000))
    for ns in "$src" "$dst"; do
        ip -n "$ns" link set lo up
        ip -n "$ns" link set ctl up
        ip -n "$ns" link set data up
        tc -n "$ns" qdisc add dev data root tbf rate "${bytes}bps" burst "$burst" latency 50ms
        tc -n "$ns" qdisc add dev data clsact
        tc -n "$ns" qdisc add dev ctl clsact
        # Otherwise a run inherits the window the last one ended with.
        ip netns exec "$ns" sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save'
    done
    for side in "$host_src" "$host_dst"; do
        ip link set "$side" up
        tc qdisc add dev "$side" clsact
    done
    ip route add "$net.9/32" dev "$host_src"
    ip route add "$net.10/32" dev "$host_dst"
    trap - EXIT
    link_show "$name"
}

link_show() {
    local name=$1 net host_src host_dst side control data
    link_load "$name"
    for side in src dst; do
        read -r control data < <(link_addresses "$name" "$side")
        echo "$name-$side namespace $(link_namespace "$name" "$side") control $control data $data"
    done
}

link_bytes() {
    local net host_src host_dst
    link_load "$1"
    ip netns exec "$(link_namespace "$1" src)" cat /sys/class/net/data/statistics/tx_bytes
}

# drop_arriving NAMESPACE|host DEVICE
# Dropped where they arrive: a sender that drops its own packets knows of it and behaves differently.
# ARP passes, or the kernel would soon report "no route to host", which is not silence. The program:
# load the Ethernet type; ARP (0x806): carry on (-1); anything else: drop (2).
drop_arriving() {
    local tc=(tc)
    [[ $1 == host ]] || tc+=(-n "$1")
    "${tc[@]}" filter replace dev "$2" ingress pref 1 handle 1 bpf da \
        bytecode '4,40 0 0 12,21 0 1 2054,6 0 0 4294967295,6 0 0 2'
}

link_cut() {
    local name=$1 what=data oneway='' word src dst net host_src host_dst
    shift
    for word in "$@"; do
        case $word in
            data | control | both) what=$word ;;
            oneway) oneway=1 ;;
            *) die "cut: data, control or both, and oneway; not $word" ;;
        esac
    done
    link_load "$name"
    src=$(link_namespace "$name" src)
    dst=$(link_namespace "$name" dst)
    if [[ $what != control ]]; then
        drop_arriving "$dst" data
        [[ -n $oneway ]] || drop_arriving "$src" data
    fi
    if [[ $what != data ]]; then
        # One way only: the commands arrive and are obeyed, their replies are lost.
        drop_arriving host "$host_src"
        drop_arriving host "$host_dst"
        if [[ -z $oneway ]]; then
            drop_arriving "$src" ctl
            drop_arriving "$dst" ctl
        fi
    fi
}

link_heal() {
    local name=$1 side ns net host_src host_dst
    link_load "$name"
    for side in src dst; do
        ns=$(link_namespace "$name" "$side")
        tc -n "$ns" filter del dev data ingress
        tc -n "$ns" filter del dev ctl ingress
    done
    tc filter del dev "$host_src" ingress
    tc filter del dev "$host_dst" ingress
}

# Also of a link that was only half made
link_remove() {
    local name=$1 side ns net='' host_src='' host_dst='' device
    [[ -d $dir/links/$name ]] || die "no link $name"
    stop_in_namespaces "$(link_namespace "$name" src)" "$(link_namespace "$name" dst)"
    [[ ! -f $dir/links/$name/state ]] || link_load "$name"
    # Explicitly, since a namespace lives on while anything runs in it.
    for device in $host_src $host_dst; do
        ip link del "$device" 2>/dev/null || true
    done
    for side in src dst; do
        ns=$(link_namespace "$name" "$side")
        ip netns del "$ns" 2>/dev/null || true
    done
    rm -rf "${dir:?}/links/$name"
}

link_remove_quietly() {
    link_remove "$1" || true
}

# Whatever carries our id, even if its record is gone
remove_namespaces() {
    local ns
    [[ -d /run/netns ]] || return 0
    for ns in /run/netns/"tb-$id-"*; do
        [[ ! -e $ns ]] || ip netns del "${ns##*/}"
    done
}
