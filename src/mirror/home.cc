#include "mirror/home.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::mirror {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kClientsBytes = std::size_t{64} * 1024;

std::filesystem::path secret_key_file(std::filesystem::path const& directory) {
    return directory / "mirror.key";
}
std::filesystem::path clients_file(std::filesystem::path const& directory) {
    return directory / "clients";
}

Result<void> write_clients(std::filesystem::path const& directory, ClientLogs const& logs) {
    return write_file_durably(clients_file(directory), bytes_of(logs.text()),
                              FileAccess::private_to_owner);
}

}  // namespace

std::filesystem::path mirror_key_file(std::filesystem::path const& directory) {
    return directory / "mirror.pub";
}

Result<transparency::CosignatureVerifier> read_mirror_key(std::filesystem::path const& file) {
    SALUS_TRY(auto const contents, read_file(file, limits::kSecretBytes));
    auto text = text_of(contents);
    if (text.ends_with('\n')) text.remove_suffix(1);
    return transparency::CosignatureVerifier::parse(text);
}

Result<void> Home::create(std::filesystem::path const& directory, std::string const& name,
                          crypto::SignatureAlgorithm algorithm) {
    if (std::filesystem::exists(secret_key_file(directory))) {
        return fail(Errc::conflict, "there is a mirror's key already");
    }
    auto const key = crypto::SigningKey::generate(algorithm);
    SALUS_TRY(auto const verifier,
              transparency::CosignatureVerifier::make(name, key.verifying_key()));
    SALUS_TRY_VOID(make_private_directory(directory));
    SALUS_TRY_VOID(make_private_directory(directory / "logs"));
    SALUS_TRY_VOID(write_clients(directory, {}));
    SALUS_TRY_VOID(write_file_durably(mirror_key_file(directory), bytes_of(verifier.text() + "\n"),
                                      FileAccess::readable_by_all));
    auto const secret = key.to_pkcs8();
    return write_file_durably(secret_key_file(directory), secret.reveal(),
                              FileAccess::private_to_owner);
}

Result<Home> Home::open(std::filesystem::path directory) {
    auto der = read_file(secret_key_file(directory), limits::kSecretBytes);
    if (!der) return fail(Errc::corrupt, "the mirror's key cannot be read");
    SecretBytes const secret(*der);
    scrub(*der);
    auto key = crypto::SigningKey::from_pkcs8(secret);
    auto verifier = read_mirror_key(mirror_key_file(directory));
    if (!key || !verifier) return fail(Errc::corrupt, "the mirror's key is damaged");
    auto const own =
        transparency::CosignatureVerifier::make(verifier->name(), key->verifying_key());
    if (!own || own->text() != verifier->text()) {
        return fail(Errc::corrupt, "mirror.pub is not of the mirror's key");
    }
    return Home(std::move(directory), {*std::move(key), *std::move(verifier)});
}

std::filesystem::path Home::log_directory(std::string_view origin) const {
    auto const hash = crypto::sha256(bytes_of(origin));
    return directory_ / "logs" / to_hex(BytesView(hash).first(kIdBytes));
}

Result<void> Home::add_log(transparency::NoteVerifier const& log, Clock const& clock) {
    return MirroredLog::create(log_directory(log.name()), log, key_, clock);
}

Result<ClientLogs> Home::clients() const {
    auto const contents = read_file(clients_file(directory_), kClientsBytes);
    if (!contents) return fail(Errc::corrupt, "the list of clients cannot be read");
    return ClientLogs::from(text_of(*contents));
}

Result<void> Home::add_client(crypto::Sha256Digest const& key, std::string origin) {
    SALUS_TRY(auto logs, clients());
    logs.add(key, std::move(origin));
    return write_clients(directory_, logs);
}

Result<std::vector<std::filesystem::path>> Home::logs() const {
    std::vector<std::filesystem::path> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory_ / "logs", error), end;
         !error && entry != end; entry.increment(error)) {
        // ".new": an addition that did not come to its end.
        if (entry->path().extension() != ".new") found.push_back(entry->path());
    }
    if (error) return fail(Errc::corrupt, "the directory of logs cannot be read");
    std::ranges::sort(found);
    return found;
}

Result<FileLock> Home::lock() const {
    return FileLock::acquire(directory_ / "lock");
}

}  // namespace salus::mirror
