#include "crypto/tls_probe.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "crypto/openssl.h"

namespace salus::crypto {
namespace {

using SslContext = OpensslPtr<SSL_CTX, SSL_CTX_free>;
using Ssl = OpensslPtr<SSL, SSL_free>;

struct Offer {
    int version;
    char const* suites;  // of TLS 1.2 and older; level 0 so that weak ones are really offered
};

Offer details_of(TlsOffer offer) {
    constexpr auto* kAll = "ALL:@SECLEVEL=0";
    constexpr auto* kWeak =
        "AES128-SHA:AES256-SHA:AES128-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:"
        "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:"
        "ECDHE-ECDSA-AES256-SHA384:DHE-RSA-AES128-SHA:@SECLEVEL=0";
    switch (offer) {
        case TlsOffer::tls_1_3: return {TLS1_3_VERSION, kAll};
        case TlsOffer::tls_1_2: return {TLS1_2_VERSION, kAll};
        case TlsOffer::tls_1_2_weak_suites: return {TLS1_2_VERSION, kWeak};
        case TlsOffer::tls_1_1: return {TLS1_1_VERSION, kAll};
        case TlsOffer::tls_1_0: return {TLS1_VERSION, kAll};
    }
    return {TLS1_3_VERSION, kAll};
}

SslContext make_context(TlsOffer offer) {
    auto const details = details_of(offer);
    SslContext context(SSL_CTX_new(TLS_client_method()));
    bool const ready = context &&
                       SSL_CTX_set_min_proto_version(context.get(), details.version) == 1 &&
                       SSL_CTX_set_max_proto_version(context.get(), details.version) == 1 &&
                       SSL_CTX_set_cipher_list(context.get(), details.suites) == 1;
    if (!ready) return nullptr;
    // A stranger's view: whether the certificate is trusted is not the question here.
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    return context;
}

void describe(SSL* ssl, TlsAnswer& answer) {
    answer.version = SSL_get_version(ssl);
    answer.cipher = SSL_get_cipher_name(ssl);
    X509Ptr const certificate(SSL_get1_peer_certificate(ssl));
    unsigned char* der = nullptr;
    auto const size = certificate ? i2d_X509(certificate.get(), &der) : 0;
    if (size > 0) answer.certificate = sha256(BytesView(der, static_cast<std::size_t>(size)));
    OPENSSL_free(der);
}

}  // namespace

Result<FileDescriptor> connect_blocking(std::string const& host, std::uint16_t port,
                                        std::chrono::milliseconds timeout) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    auto const service = std::to_string(port);
    if (::getaddrinfo(host.c_str(), service.c_str(), &hints, &found) != 0) {
        return fail(Errc::unavailable, "the listener's name is not known");
    }
    auto const addresses = std::unique_ptr<addrinfo, FreeWith<::freeaddrinfo>>(found);
    timeval limit{};
    limit.tv_sec = timeout.count() / 1000;
    limit.tv_usec = static_cast<suseconds_t>(timeout.count() % 1000 * 1000);
    for (auto const* address = found; address != nullptr; address = address->ai_next) {
        FileDescriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!socket.valid()) continue;
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) == 0) return socket;
    }
    return fail(Errc::unavailable, "nobody listens");
}

Result<TlsAnswer> probe_tls(std::string const& host, std::uint16_t port, TlsOffer offer,
                            std::chrono::milliseconds timeout) {
    ERR_clear_error();
    auto const context = make_context(offer);
    if (!context) return fail(Errc::not_supported, "this offer cannot be made here");
    SALUS_TRY(auto const socket, connect_blocking(host, port, timeout));
    Ssl const ssl(SSL_new(context.get()));
    if (!ssl || SSL_set_fd(ssl.get(), socket.get()) != 1) {
        return fail(Errc::internal, "the TLS library could not be set up");
    }
    // SSL_set_tlsext_host_name(), whose macro has an old-style cast; the name is copied.
    SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
    TlsAnswer answer;
    answer.accepted = SSL_connect(ssl.get()) == 1;
    if (answer.accepted) describe(ssl.get(), answer);
    bool const sent = BIO_number_written(SSL_get_wbio(ssl.get())) > 0;
    ERR_clear_error();
    if (!sent) return fail(Errc::not_supported, "the offer was not sent");
    return answer;
}

}  // namespace salus::crypto
