#include "crypto/tls.h"

#include <algorithm>
#include <arpa/inet.h>
#include <climits>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/module.h"
#include "foundation/check.h"

namespace salus::crypto {
namespace {

template <auto Free>
struct Freeing {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using ContextPointer = std::unique_ptr<SSL_CTX, Freeing<SSL_CTX_free>>;
using SslPointer = std::unique_ptr<SSL, Freeing<SSL_free>>;
using BioPointer = std::unique_ptr<BIO, Freeing<BIO_free_all>>;
using CertificatePointer = std::unique_ptr<X509, Freeing<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY_free>>;

constexpr auto* kTls13Suites =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr auto* kTls12Suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr auto* kGroups = "X25519:P-256:P-384";
// Where algorithms come from a FIPS module alone (module.h): what NIST SP 800-52 rev. 2 approves.
constexpr auto* kApprovedTls13Suites = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256";
constexpr auto* kApprovedTls12Suites =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr auto* kApprovedGroups = "P-256:P-384";
constexpr long kTicketSeconds = 3600;
constexpr int kChainLongest = 8;  // certificates that are kept of what a client sends

// ALPN protocol lists (RFC 7301 section 3.1): length-prefixed names, the server's by preference.
constexpr unsigned char kServerProtocols[] = "\x02h2\x08http/1.1";
constexpr unsigned char kClientProtocols[] = "\x08http/1.1";

BioPointer bio_of(BytesView bytes) {
    if (bytes.size() > INT_MAX) return nullptr;
    return BioPointer(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

// An encrypted key must fail, not ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

CertificatePointer next_certificate(BIO* bio) {
    return CertificatePointer(PEM_read_bio_X509(bio, nullptr, no_passphrase, nullptr));
}

// What both sides share. TRN-1.
bool restrict_protocol(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    // One read() per record instead of two; has_pending() tells what waits inside.
    SSL_CTX_set_read_ahead(context, 1);
    bool const approved = approved_only();
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(context, approved ? kApprovedTls13Suites : kTls13Suites) == 1 &&
           SSL_CTX_set_cipher_list(context, approved ? kApprovedTls12Suites : kTls12Suites) == 1 &&
           SSL_CTX_set1_groups_list(context, approved ? kApprovedGroups : kGroups) == 1;
}

// RFC 7301 section 3.2: a client whose protocols we do not speak gets a fatal alert.
int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* chosen_size,
                    unsigned char const* offered, unsigned int offered_size, void*) {
    unsigned char* match = nullptr;
    auto const result = SSL_select_next_proto(&match, chosen_size, kServerProtocols,
                                              sizeof(kServerProtocols) - 1, offered, offered_size);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

bool announce_http(SSL_CTX* context) {
    return SSL_CTX_set_alpn_protos(context, kClientProtocols, sizeof(kClientProtocols) - 1) == 0;
}

bool use_chain(SSL_CTX* context, std::string_view pem) {
    auto const bio = bio_of(bytes_of(pem));
    if (!bio) return false;
    auto const leaf = next_certificate(bio.get());
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return false;
    while (auto const issuer = next_certificate(bio.get())) {
        if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1) return false;
    }
    // The loop ends at the end of the file, which OpenSSL reports as an error, or at a bad entry.
    return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

bool use_key(SSL_CTX* context, BytesView pem) {
    auto const bio = bio_of(pem);
    if (!bio) return false;
    KeyPointer const key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

std::optional<Sha256Digest> key_of(X509 const* certificate) {
    if (certificate == nullptr) return std::nullopt;
    unsigned char* encoded = nullptr;
    auto const size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
    if (size <= 0) return std::nullopt;
    auto const digest = sha256(BytesView(encoded, static_cast<std::size_t>(size)));
    OPENSSL_free(encoded);
    return digest;
}

// Empty if it cannot be encoded again: a peer made it, and ends no process of ours.
Bytes der_of(X509 const& certificate) {
    unsigned char* encoded = nullptr;
    auto const size = i2d_X509(&certificate, &encoded);
    if (size <= 0) return {};
    Bytes der(encoded, encoded + size);
    OPENSSL_free(encoded);
    return der;
}

std::optional<Sha256Digest> digest_of(X509 const* certificate) {
    if (certificate == nullptr) return std::nullopt;
    auto const der = der_of(*certificate);
    if (der.empty()) return std::nullopt;
    return sha256(der);
}

// The keys that a server asks of its clients belong to the SSL_CTX, which connections keep alive.
using PinnedKeys = std::vector<Sha256Digest>;

void free_pinned_keys(void*, void* keys, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<PinnedKeys*>(keys);
}

int pinned_keys_index() {
    static int const index =
        SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_pinned_keys);
    return index;
}

// Instead of a chain: the handshake goes on to prove that the client has this key.
int is_pinned(X509_STORE_CTX* verification, void*) {
    auto* const ssl = static_cast<SSL*>(
        X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto const* const keys = static_cast<PinnedKeys const*>(
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), pinned_keys_index()));
    auto const key = key_of(X509_STORE_CTX_get0_cert(verification));
    if (keys != nullptr && key && std::ranges::find(*keys, *key) != keys->end()) return 1;
    X509_STORE_CTX_set_error(verification, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

// A resumed session would not be asked again.
bool resume_nothing(SSL_CTX* context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    return SSL_CTX_set_num_tickets(context, 0) == 1;
}

// Instead of a chain: the handshake goes on to prove that the client has the certificate's key.
int is_anything(X509_STORE_CTX* verification, void*) {
    X509_STORE_CTX_set_error(verification, X509_V_OK);
    return 1;
}

bool demand_client_key(SSL_CTX* context, PinnedKeys client_keys) {
    auto keys = std::make_unique<PinnedKeys>(std::move(client_keys));
    auto const index = pinned_keys_index();
    if (SSL_CTX_set_ex_data(context, index, keys.get()) != 1) return false;
    // The context's from here on.
    auto const* const owned = keys.release();
    SALUS_CHECK(SSL_CTX_get_ex_data(context, index) == owned);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, is_pinned, nullptr);
    return resume_nothing(context);
}

bool is_address(std::string const& name) {
    in6_addr address{};
    return inet_pton(AF_INET, name.c_str(), &address) == 1 ||
           inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

bool expect_name(SSL* ssl, std::string const& name) {
    auto* const parameters = SSL_get0_param(ssl);
    if (is_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()) == 1 &&
           // SSL_set_tlsext_host_name(), whose macro has an old-style cast; the name is copied.
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(name.c_str())) == 1;
}

}  // namespace

struct TlsServerContext::State {
    ContextPointer context;
};
struct TlsClientContext::State {
    ContextPointer context;
};

TlsServerContext::TlsServerContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsServerContext::~TlsServerContext() = default;
TlsClientContext::TlsClientContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClientContext::~TlsClientContext() = default;

Result<std::shared_ptr<TlsServerContext const>> TlsServerContext::make(std::string_view chain_pem,
                                                                       BytesView key_pem) {
    ERR_clear_error();
    ContextPointer context(SSL_CTX_new(TLS_server_method()));
    if (!context || !restrict_protocol(context.get())) {
        return fail(Errc::internal, "the TLS library could not be set up");
    }
    if (!use_chain(context.get(), chain_pem)) {
        return fail(Errc::invalid, "the TLS certificate chain cannot be used");
    }
    if (!use_key(context.get(), key_pem)) {
        return fail(Errc::invalid, "the TLS private key does not fit the certificate");
    }
    // Stateless tickets only, so that a client cannot fill a session cache. Their key lives and
    // dies with this context; TLS 1.3 resumes with a fresh key exchange (psk_dhe_ke).
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context.get(), kTicketSeconds);
    SSL_CTX_set_num_tickets(context.get(), 1);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    auto state = std::make_unique<State>(State{std::move(context)});
    return std::shared_ptr<TlsServerContext const>(new TlsServerContext(std::move(state)));
}

Result<std::shared_ptr<TlsServerContext const>> TlsServerContext::make_mutual(
    std::string_view chain_pem, BytesView key_pem, std::vector<Sha256Digest> client_keys) {
    SALUS_TRY(auto made, make(chain_pem, key_pem));
    if (!demand_client_key(made->state_->context.get(), std::move(client_keys))) {
        return fail(Errc::internal, "the TLS library could not be set up");
    }
    return made;
}

Result<std::shared_ptr<TlsServerContext const>> TlsServerContext::make_asking(
    std::string_view chain_pem, BytesView key_pem) {
    SALUS_TRY(auto made, make(chain_pem, key_pem));
    auto* const context = made->state_->context.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, is_anything, nullptr);
    if (!resume_nothing(context))
        return fail(Errc::internal, "the TLS library could not be set up");
    return made;
}

Result<std::shared_ptr<TlsClientContext const>> TlsClientContext::make(
    std::string_view authorities_pem, TlsApplication application) {
    ERR_clear_error();
    ContextPointer context(SSL_CTX_new(TLS_client_method()));
    bool const is_restricted = context && restrict_protocol(context.get());
    bool const is_announced =
        is_restricted && (application != TlsApplication::http || announce_http(context.get()));
    if (!is_announced) {
        return fail(Errc::internal, "the TLS library could not be set up");
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    auto* const store = SSL_CTX_get_cert_store(context.get());
    auto const bio = bio_of(bytes_of(authorities_pem));
    int count = 0;
    while (auto const authority = bio ? next_certificate(bio.get()) : nullptr) {
        if (X509_STORE_add_cert(store, authority.get()) == 1) ++count;
    }
    if (count == 0) return fail(Errc::invalid, "no certificate authority to trust");
    auto state = std::make_unique<State>(State{std::move(context)});
    return std::shared_ptr<TlsClientContext const>(new TlsClientContext(std::move(state)));
}

Result<std::shared_ptr<TlsClientContext const>> TlsClientContext::make(
    std::string_view authorities_pem, TlsIdentity const& identity, TlsApplication application) {
    SALUS_TRY(auto made, make(authorities_pem, application));
    auto* const context = made->state_->context.get();
    if (!use_chain(context, identity.chain_pem) || !use_key(context, identity.key_pem.reveal())) {
        return fail(Errc::invalid, "the client's certificate and key cannot be used");
    }
    return made;
}

struct TlsConnection::State {
    FileDescriptor socket;
    SslPointer ssl;  // null when it could not be set up: the connection counts as closed
    bool failed = false;
    TlsEnd end = TlsEnd::none;

    TlsProgress progress(int result) noexcept;
    void attach(SSL_CTX* context) noexcept;
};

void TlsConnection::State::attach(SSL_CTX* context) noexcept {
    ERR_clear_error();
    ssl.reset(SSL_new(context));
    if (ssl && SSL_set_fd(ssl.get(), socket.get()) != 1) ssl.reset();
    failed = !ssl;
}

TlsProgress TlsConnection::State::progress(int result) noexcept {
    if (result > 0) return TlsProgress::done;
    switch (SSL_get_error(ssl.get(), result)) {
        case SSL_ERROR_WANT_READ: return TlsProgress::want_read;
        case SSL_ERROR_WANT_WRITE: return TlsProgress::want_write;
        case SSL_ERROR_ZERO_RETURN: end = TlsEnd::notified; return TlsProgress::closed;
        default: break;
    }
    failed = true;
    bool const is_end_of_stream =
        ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    end = is_end_of_stream ? TlsEnd::unnotified : TlsEnd::failed;
    return TlsProgress::closed;
}

TlsConnection::TlsConnection(std::shared_ptr<TlsServerContext const> const& context,
                             FileDescriptor socket)
    : state_(std::make_unique<State>()) {
    state_->socket = std::move(socket);
    // SSL_new takes its own reference to the SSL_CTX, which outlives the context object.
    state_->attach(context->state_->context.get());
    if (state_->ssl) SSL_set_accept_state(state_->ssl.get());
}

TlsConnection::TlsConnection(std::shared_ptr<TlsClientContext const> const& context,
                             FileDescriptor socket, std::string const& server_name)
    : state_(std::make_unique<State>()) {
    state_->socket = std::move(socket);
    state_->attach(context->state_->context.get());
    if (!state_->ssl) return;
    if (!expect_name(state_->ssl.get(), server_name)) state_->failed = true;
    SSL_set_connect_state(state_->ssl.get());
}

TlsConnection::TlsConnection(TlsConnection&&) noexcept = default;
TlsConnection::~TlsConnection() = default;

int TlsConnection::descriptor() const noexcept {
    return state_->socket.get();
}

TlsProgress TlsConnection::handshake() noexcept {
    if (state_->failed) return TlsProgress::closed;
    ERR_clear_error();
    return state_->progress(SSL_do_handshake(state_->ssl.get()));
}

TlsProgress TlsConnection::read(std::span<char> out, std::size_t& count,
                                TlsMemory memory) noexcept {
    count = 0;
    if (state_->failed) return TlsProgress::closed;
    ERR_clear_error();
    auto* const ssl = state_->ssl.get();
    if (memory == TlsMemory::kept) SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    auto const progress = state_->progress(SSL_read_ex(ssl, out.data(), out.size(), &count));
    if (memory == TlsMemory::kept) SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    return progress;
}

bool TlsConnection::has_pending() const noexcept {
    return !state_->failed && SSL_has_pending(state_->ssl.get()) == 1;
}

TlsProgress TlsConnection::write(std::string_view bytes, std::size_t& count) noexcept {
    count = 0;
    if (state_->failed) return TlsProgress::closed;
    ERR_clear_error();
    return state_->progress(SSL_write_ex(state_->ssl.get(), bytes.data(), bytes.size(), &count));
}

void TlsConnection::shut_down() noexcept {
    // After a fatal error OpenSSL forbids SSL_shutdown; during a handshake it only queues an error.
    if (state_->failed || SSL_in_init(state_->ssl.get()) != 0) return;
    ERR_clear_error();
    SSL_shutdown(state_->ssl.get());
}

TlsEnd TlsConnection::end() const noexcept {
    return state_->end;
}

TlsProtocol TlsConnection::protocol() const noexcept {
    unsigned char const* name = nullptr;
    unsigned int size = 0;
    if (state_->ssl) SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
    return size == 2 && name[0] == 'h' && name[1] == '2' ? TlsProtocol::http2 : TlsProtocol::http1;
}

std::string_view TlsConnection::version() const noexcept {
    return state_->ssl ? SSL_get_version(state_->ssl.get()) : "";
}

std::string_view TlsConnection::cipher() const noexcept {
    auto const* const name = state_->ssl ? SSL_get_cipher_name(state_->ssl.get()) : nullptr;
    return name ? name : "";
}

std::optional<Sha256Digest> TlsConnection::peer_key() const {
    return state_->ssl ? key_of(SSL_get0_peer_certificate(state_->ssl.get())) : std::nullopt;
}

std::optional<Sha256Digest> TlsConnection::peer_certificate() const {
    return state_->ssl ? digest_of(SSL_get0_peer_certificate(state_->ssl.get())) : std::nullopt;
}

std::vector<Bytes> TlsConnection::peer_certificates() const {
    auto* const own = state_->ssl ? SSL_get0_peer_certificate(state_->ssl.get()) : nullptr;
    if (own == nullptr) return {};
    std::vector<Bytes> all{der_of(*own)};
    // A server's chain is without the certificate itself (SSL_get_peer_cert_chain(3)).
    auto const* const others = SSL_get_peer_cert_chain(state_->ssl.get());
    int const count = others != nullptr ? std::min(sk_X509_num(others), kChainLongest) : 0;
    for (int i = 0; i < count; ++i) {
        auto* const each = sk_X509_value(others, i);
        if (X509_cmp(each, own) != 0) all.push_back(der_of(*each));
    }
    return all;
}

}  // namespace salus::crypto
