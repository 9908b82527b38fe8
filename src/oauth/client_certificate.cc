#include "oauth/client_certificate.h"

namespace salus::oauth {
namespace {

bool has_registered_name(Client const& client, crypto::PresentedCertificate const& certificate) {
    auto const& name = client.certificate_name;
    switch (name.kind) {
        case CertificateName::Kind::none: return false;
        case CertificateName::Kind::subject: return certificate.subject_name() == name.text;
        case CertificateName::Kind::dns: return certificate.has_dns_name(name.text);
        case CertificateName::Kind::uri: return certificate.has_uri(name.text);
    }
    return false;
}

}  // namespace

bool is_vouched_for(Client const& client, http::Peer const& peer,
                    std::span<crypto::PresentedCertificate const> authorities, WallTime now) {
    if (authorities.empty() || peer.certificates == nullptr || peer.certificates->empty())
        return false;
    std::vector<crypto::PresentedCertificate> chain;
    for (auto const& der : *peer.certificates) {
        auto certificate = crypto::PresentedCertificate::parse(der);
        if (!certificate) return false;
        chain.push_back(*std::move(certificate));
    }
    return has_registered_name(client, chain.front()) &&
           crypto::verify_chain(chain, authorities, now, crypto::ChainUse::tls_client).has_value();
}

}  // namespace salus::oauth
