# shellcheck shell=bash
# shellcheck disable=SC2154  # dir comes from the main script
# The private PKI. Serial numbers are random, so nothing is shared between two signings.

organisation='/O=Grid/OU=RFT Test'

# sign REQUEST-SUBJECT KEY OUT EXTENSIONS
pki_sign() {
    local subject=$1 key=$2 out=$3 extensions=$4
    openssl req -new -sha256 -key "$key" -subj "$subject" |
        openssl x509 -req -sha256 -days 365 -CA "$pki/cacert.pem" -CAkey "$pki/cakey.pem" \
            -set_serial "0x$(openssl rand -hex 8)" -extfile <(printf '%s\n' "$extensions") -out "$out" 2>/dev/null
}

pki_key() {
    (umask 077 && openssl genrsa -out "$1" 2048 2>/dev/null)
}

# The certificate of one server. The key is the same for all: making one costs more than the rest.
# A copy, because the server insists on owning both files.
pki_host_certificate() {
    local folder=$1 pki=$dir/pki names='DNS:localhost,IP:127.0.0.1,IP:::1' address
    shift
    for address in "$@"; do
        case $address in
            127.0.0.1 | ::1 | '') ;;
            *) names+=",IP:$address" ;;
        esac
    done
    (umask 077 && cp "$pki/hostkey.pem" "$folder/hostkey.pem")
    pki_sign "$organisation/CN=localhost" "$pki/hostkey.pem" "$folder/hostcert.pem" \
        "basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=$names"
}

pki_gridmap() {
    local unix_user=$1 user
    for user in Alice Bob; do
        printf '"%s/CN=%s" %s\n' "$organisation" "$user" "$unix_user"
    done
}

# grid-proxy-init cannot make a proxy that is already over, openssl ca can.
pki_expired_proxy() {
    local pki=$dir/pki work
    work=$(mktemp -d "$dir/expired.XXXXXX")
    : >"$work/index"
    cat >"$work/conf" <<END
[ca]
default_ca = past
[past]
database = $work/index
new_certs_dir = $work
default_md = sha256
policy = any
x509_extensions = proxy
rand_serial = yes
unique_subject = no
[any]
organizationName = supplied
organizationalUnitName = supplied
commonName = supplied
[proxy]
keyUsage = critical,digitalSignature,keyEncipherment
proxyCertInfo = critical,language:id-ppl-inheritAll
END
    pki_key "$work/key"
    # -preserveDN and the policy keep both CNs in their order: a proxy's name is its user's plus one.
    openssl req -new -key "$work/key" -subj "$organisation/CN=Alice/CN=1234567890" -out "$work/request"
    openssl ca -batch -notext -config "$work/conf" -preserveDN -cert "$pki/alicecert.pem" -keyfile "$pki/alicekey.pem" \
        -startdate "$(date -u -d '-2 days' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)" \
        -in "$work/request" -out "$work/certificate" 2>"$work/log" || die "expired proxy: $(cat "$work/log")"
    (umask 077 && cat "$work/certificate" "$work/key" "$pki/alicecert.pem" >"$work/proxy")
    mv "$work/proxy" "$dir/expired.proxy"
    rm -rf "$work"
}

pki_proxy() {
    local user=$1 valid=24:00 out=$dir/$1.proxy pki=$dir/pki
    shift
    while [[ $# -gt 0 ]]; do
        case $1 in
            --valid) valid=${2:?--valid HH:MM} ;;
            --out) out=${2:?--out FILE} ;;
            *) die "proxy: unknown option $1" ;;
        esac
        shift 2
    done
    [[ -f $pki/${user}cert.pem ]] || die "no user $user"
    # Renamed into place: a reader never meets half a proxy.
    local log
    log=$(X509_CERT_DIR=$dir/certificates grid-proxy-init -cert "$pki/${user}cert.pem" -key "$pki/${user}key.pem" \
        -out "$out.$$" -valid "$valid" -bits 2048 -q 2>&1) || die "grid-proxy-init: $log"
    mv "$out.$$" "$out"
}

pki_make() {
    local pki=$1 hash user
    mkdir -p "$pki/certificates"
    pki_key "$pki/cakey.pem"
    openssl req -x509 -new -sha256 -days 3650 -key "$pki/cakey.pem" -subj "$organisation/CN=RFT Test CA" -out "$pki/cacert.pem" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    hash=$(openssl x509 -in "$pki/cacert.pem" -noout -hash)
    cp "$pki/cacert.pem" "$pki/certificates/$hash.0"
    cat >"$pki/certificates/$hash.signing_policy" <<END
access_id_CA      X509    '$organisation/CN=RFT Test CA'
pos_rights        globus  CA:sign
cond_subjects     globus  '"$organisation/*"'
END
    pki_key "$pki/hostkey.pem"
    for user in alice bob eve; do
        pki_key "$pki/${user}key.pem"
        pki_sign "$organisation/CN=${user^}" "$pki/${user}key.pem" "$pki/${user}cert.pem" \
            "basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=clientAuth"
    done
}

pki_init() {
    local user
    if [[ ! -f $dir/.testbed ]]; then
        if [[ -e $dir && -n $(ls -A "$dir") ]]; then
            die "$dir exists and is not a testbed"
        fi
        mkdir -p "$dir"
        : >"$dir/.testbed"
    fi
    mkdir -p "$dir/servers" "$dir/links"
    if [[ ! -d $dir/certificates ]]; then
        # Made aside and renamed: an interrupted init leaves nothing that looks complete.
        rm -rf "$dir/pki" "$dir/pki.new"
        pki_make "$dir/pki.new"
        mv "$dir/pki.new" "$dir/pki"
        mv "$dir/pki/certificates" "$dir/certificates"
    fi
    [[ -f $dir/gridmap ]] || pki_gridmap "$(id -un)" >"$dir/gridmap"
    for user in alice bob eve; do
        openssl x509 -in "$dir/$user.proxy" -noout -checkend 43200 >/dev/null 2>&1 || pki_proxy "$user"
    done
    [[ -f $dir/expired.proxy ]] || pki_expired_proxy
}
