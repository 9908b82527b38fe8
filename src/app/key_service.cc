#include "app/key_service.h"

#include "foundation/limits.h"
#include "keys/pkcs11/pkcs11_service.h"
#include "keys/sealed_file/sealed_file_service.h"
#include "keys/secret_source.h"
#include "transit/transit_service.h"

namespace salus::app {
namespace {

using Service = std::unique_ptr<keys::KeyManagementService>;

Result<Service> open_sealed_file(Configuration const& configuration,
                                 keys::SecretReference const& passphrase, crypto::Random& random) {
    SALUS_TRY(auto const secret, keys::read_secret(passphrase));
    SALUS_TRY(auto service,
              keys::SealedFileService::open(Layout{configuration.directory}.root_keys(), secret,
                                            configuration.realm, random));
    return Service(std::move(service));
}

Result<Service> open_pkcs11(Configuration const& configuration, keys::SecretReference pin,
                            crypto::Random& random) {
    using keys::pkcs11::InitialisationVector;
    auto const& chosen = configuration.keys;
    keys::pkcs11::Settings settings{.module = chosen.module,
                                    .token = chosen.token_label,
                                    .pin = std::move(pin),
                                    .vector = chosen.token_makes_vectors
                                                  ? InitialisationVector::token
                                                  : InitialisationVector::caller};
    SALUS_TRY(auto service,
              keys::pkcs11::Pkcs11Service::open(std::move(settings), configuration.realm, random));
    return Service(std::move(service));
}

Result<Service> open_transit(Configuration const& configuration, keys::SecretReference token,
                             Clock const& clock, crypto::Random& random) {
    auto const& chosen = configuration.keys;
    auto const authorities = read_file(chosen.authorities, limits::kSecretBytes);
    if (!authorities) {
        return fail(authorities.error().code, "the file of keys.transit.authorities is not there");
    }
    transit::Settings settings{.host = chosen.host,
                               .port = chosen.port,
                               .mount = chosen.mount,
                               .token = std::move(token),
                               .authorities_pem = std::string(text_of(*authorities)),
                               .server_key = chosen.server_key,
                               .timeout = chosen.timeout};
    SALUS_TRY(auto service, transit::TransitService::open(std::move(settings), configuration.realm,
                                                          clock, random));
    return Service(std::move(service));
}

}  // namespace

Result<Service> open_key_service(Configuration const& configuration, Clock const& clock,
                                 crypto::Random& random) {
    SALUS_TRY(auto secret,
              keys::parse_secret_reference(configuration.keys.secret(), configuration.directory));
    switch (configuration.keys.backend) {
        case KeyBackend::sealed_file: return open_sealed_file(configuration, secret, random);
        case KeyBackend::pkcs11: return open_pkcs11(configuration, std::move(secret), random);
        case KeyBackend::transit:
            return open_transit(configuration, std::move(secret), clock, random);
    }
    return fail(Errc::internal, "no such back end");
}

}  // namespace salus::app
