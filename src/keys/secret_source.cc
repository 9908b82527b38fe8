#include "keys/secret_source.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::keys {
namespace {

constexpr std::string_view kFilePrefix = "file:";
constexpr std::string_view kCredentialPrefix = "credential:";

// systemd.exec(5): a credential's name is a file name. Ours is stricter: no way out of the folder.
bool is_credential_name(std::string_view name) {
    return !name.empty() && name.size() <= 255 && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
           });
}

Result<std::filesystem::path> path_of(SecretReference const& reference) {
    if (reference.source == SecretReference::Source::file) return reference.name;
    char const* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || *directory == '\0') {
        return fail(Errc::not_found, "systemd passed no credentials to this process");
    }
    return std::filesystem::path(directory) / reference.name;
}

// Not for credentials: systemd gives access by an ACL, whose mask shows as the group's bits.
Result<void> check_owner_only(struct stat const& facts) {
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(Errc::forbidden, "a secret's file is open to group or others: chmod 600");
    }
    if (facts.st_uid != ::geteuid() && facts.st_uid != 0) {
        return fail(Errc::forbidden, "a secret's file belongs to another user");
    }
    return {};
}

Result<SecretBytes> read_all(int descriptor) {
    SecretBytes buffer(limits::kSecretBytes + 1);
    std::size_t size = 0;
    while (size < buffer.size()) {
        auto const rest = buffer.mutable_bytes().subspan(size);
        auto const count = ::read(descriptor, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(Errc::internal, "a secret's file could not be read");
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    if (size > limits::kSecretBytes) return fail(Errc::too_large, "a secret is too large");
    if (size > 0 && buffer.reveal()[size - 1] == '\n') --size;
    if (size == 0) return fail(Errc::invalid, "a secret is empty");
    return SecretBytes(buffer.reveal().first(size));
}

}  // namespace

Result<SecretReference> parse_secret_reference(std::string_view text,
                                               std::filesystem::path const& base) {
    using Source = SecretReference::Source;
    if (text.starts_with(kFilePrefix)) {
        auto const path = text.substr(kFilePrefix.size());
        if (path.empty() || path.find('\0') != std::string_view::npos) {
            return fail(Errc::invalid, "file: is followed by no path");
        }
        return SecretReference{.source = Source::file, .name = base / path};
    }
    if (text.starts_with(kCredentialPrefix)) {
        auto const name = text.substr(kCredentialPrefix.size());
        if (!is_credential_name(name)) {
            return fail(Errc::invalid, "credential: is followed by no credential name");
        }
        return SecretReference{.source = Source::credential, .name = name};
    }
    return fail(Errc::invalid, "a secret is named by file:PATH or credential:NAME");
}

Result<SecretBytes> read_secret(SecretReference const& reference) {
    SALUS_TRY(auto const path, path_of(reference));
    // Not blocking, so that a pipe in the secret's place cannot hang the start.
    FileDescriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) {
        if (errno == ENOENT) return fail(Errc::not_found, "a secret's file does not exist");
        if (errno == EACCES) return fail(Errc::forbidden, "a secret's file may not be read");
        return fail(Errc::internal, "a secret's file could not be opened");
    }
    // What was opened is what is checked: a file swapped in between changes nothing.
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) return fail(Errc::internal, "fstat failed");
    if (!S_ISREG(facts.st_mode)) return fail(Errc::invalid, "a secret is not a regular file");
    if (reference.source == SecretReference::Source::file) {
        SALUS_TRY_VOID(check_owner_only(facts));
    }
    return read_all(file.get());
}

}  // namespace salus::keys
