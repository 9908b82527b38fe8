#include "keys/sealed_file/sealed_file_service.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foundation/file.h"
#include "foundation/limits.h"

namespace salus::keys {
namespace {

using Part = crypto::Context::Part;

constexpr std::uint32_t kRecordKeyVersion = 1;
// Both generations of the file while ensure() replaces one by the other, the roots, the seal key.
constexpr std::size_t kSlots = 2 * (limits::kKeyEncryptionKeys + 1) + 1;

constexpr Literal kNoTenant = "no tenant can have this key-encryption key";
constexpr Literal kBusy = "another process writes the key file";

// The file that a rename has replaced still has its bytes on the disk.
Result<void> overwrite(FileDescriptor const& old) {
    struct stat facts{};
    if (::fstat(old.get(), &facts) != 0 || facts.st_size < 0) {
        return fail(Errc::unavailable, "the old key file cannot be overwritten");
    }
    Bytes const zeros(static_cast<std::size_t>(facts.st_size));
    auto const written = ::pwrite(old.get(), zeros.data(), zeros.size(), 0);
    if (written != facts.st_size || ::fsync(old.get()) != 0) {
        return fail(Errc::unavailable, "the old key file cannot be overwritten");
    }
    return {};
}

std::filesystem::path lock_of(std::filesystem::path path) {
    return path += ".lock";
}

}  // namespace

SealedFileService::SealedFileService(std::filesystem::path path, std::string realm,
                                     crypto::Random& random, KekFileHeader header)
    : path_(std::move(path)),
      realm_(std::move(realm)),
      random_(random),
      header_(std::move(header)),
      memory_(kSlots),
      sealer_(random) {}

Result<std::unique_ptr<SealedFileService>> SealedFileService::create(std::filesystem::path path,
                                                                     SecretBytes const& passphrase,
                                                                     std::string realm,
                                                                     crypto::Random& random,
                                                                     crypto::ScryptCost cost) {
    if (passphrase.empty()) return fail(Errc::invalid, "the passphrase is empty");
    SALUS_TRY(auto const lock, FileLock::acquire(lock_of(path)));
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, error))) {
        return fail(Errc::conflict, "the file of key-encryption keys exists");
    }
    SALUS_TRY(auto header, KekFileHeader::make(passphrase, usual_stretching(), cost, random));
    auto service = std::unique_ptr<SealedFileService>(
        new SealedFileService(std::move(path), std::move(realm), random, std::move(header)));
    SALUS_TRY_VOID(service->initialise(passphrase, crypto::random_secret(random, kKeyBytes)));
    return service;
}

Result<void> SealedFileService::initialise(SecretBytes const& passphrase, SecretBytes const& root) {
    SALUS_TRY(auto const seal_key, header_.seal_key(passphrase));
    MutexLock const lock(mutex_);
    SALUS_TRY(auto seal_slot, memory_.store(seal_key.reveal()));
    SALUS_TRY(auto root_slot, memory_.store(root.reveal()));
    seal_key_.emplace(std::move(seal_slot));
    contents_.emplace(KekFileContents{.root = std::move(root_slot), .keks = {}});
    return write(*contents_);
}

Result<std::unique_ptr<SealedFileService>> SealedFileService::open(std::filesystem::path path,
                                                                   SecretBytes const& passphrase,
                                                                   std::string realm,
                                                                   crypto::Random& random) {
    SALUS_TRY(auto const file, read_file(path, limits::kSealedFileBytes));
    SALUS_TRY(auto header, KekFileHeader::parse(file));
    auto service = std::unique_ptr<SealedFileService>(
        new SealedFileService(std::move(path), std::move(realm), random, std::move(header)));
    SALUS_TRY_VOID(service->load(passphrase, file));
    return service;
}

Result<void> SealedFileService::load(SecretBytes const& passphrase, BytesView file) {
    SALUS_TRY(auto const seal_key, header_.seal_key(passphrase));
    MutexLock const lock(mutex_);
    SALUS_TRY(auto seal_slot, memory_.store(seal_key.reveal()));
    seal_key_.emplace(std::move(seal_slot));
    SALUS_TRY(auto contents, decode(file));
    contents_.emplace(std::move(contents));
    return {};
}

crypto::Context SealedFileService::file_context() const {
    crypto::Context context;
    context.add(Part::realm, realm_)
        .add(Part::object_class, "key-encryption keys")
        .add(Part::id, header_.bytes());
    return context;
}

Result<KekFileContents> SealedFileService::decode(BytesView file) {
    constexpr Literal kWhy = "the file of key-encryption keys does not open";
    auto const body = file.subspan(kKekFileHeaderBytes);
    SALUS_TRY(auto const sealed, crypto::Sealed::from_storage(Bytes(body.begin(), body.end())));
    auto text = sealer_.open(seal_key_->copy(), file_context(), sealed);
    if (!text) return fail(Errc::corrupt, kWhy);
    auto contents = decode_keks(bytes_of(*text), memory_);
    scrub(*text);
    return contents;
}

Result<void> SealedFileService::write(KekFileContents const& contents) {
    auto const encoded = encode_keks(contents);
    auto const sealed =
        sealer_.seal(seal_key_->copy(), kRecordKeyVersion, file_context(), encoded.reveal());
    Bytes file(header_.bytes().begin(), header_.bytes().end());
    append(file, sealed.bytes());
    return write_file_durably(path_, file, FileAccess::private_to_owner);
}

Result<void> SealedFileService::replace(KekFileContents const& contents) {
    FileDescriptor const old(::open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!old.valid()) return fail(Errc::unavailable, "the key file cannot be written");
    SALUS_TRY_VOID(write(contents));
    return overwrite(old);
}

Result<void> SealedFileService::reseal(std::filesystem::path path,
                                       SecretBytes const& old_passphrase,
                                       SecretBytes const& passphrase, std::string realm,
                                       crypto::Random& random, Stretching stretching,
                                       crypto::ScryptCost cost) {
    if (passphrase.empty()) return fail(Errc::invalid, "the passphrase is empty");
    auto const lock = FileLock::acquire(lock_of(path));
    if (!lock) return fail(Errc::unavailable, kBusy);
    SALUS_TRY(auto const old, open(path, old_passphrase, realm, random));
    SALUS_TRY(auto header, KekFileHeader::make(passphrase, stretching, cost, random));
    SealedFileService fresh(std::move(path), std::move(realm), random, std::move(header));
    return fresh.take_over(*old, passphrase);
}

Result<void> SealedFileService::take_over(SealedFileService& other, SecretBytes const& passphrase) {
    SALUS_TRY(auto const seal_key, header_.seal_key(passphrase));
    MutexLock const lock(mutex_);
    SALUS_TRY(auto seal_slot, memory_.store(seal_key.reveal()));
    seal_key_.emplace(std::move(seal_slot));
    MutexLock const lock_other(other.mutex_);
    return replace(*other.contents_);
}

Result<void> SealedFileService::ensure(KekName const& name) {
    if (!is_kek_name(name)) return fail(Errc::invalid, kNoTenant);
    MutexLock const lock(mutex_);
    if (contents_->keks.contains(name)) return {};
    return add(name);
}

Result<KekFileContents> SealedFileService::read() {
    SALUS_TRY(auto const file, read_file(path_, limits::kSealedFileBytes));
    SALUS_TRY(auto const header, KekFileHeader::parse(file));
    if (!std::ranges::equal(header.bytes(), header_.bytes())) {
        return fail(Errc::unavailable, "the key file was replaced: restart");
    }
    return decode(file);
}

// Starts from what the file holds, not from memory: another process (the command line) may have
// added a key since, and writing without it would destroy it.
Result<void> SealedFileService::add(KekName const& name) {
    auto const file_lock = FileLock::acquire(lock_of(path_));
    if (!file_lock) return fail(Errc::unavailable, kBusy);
    SALUS_TRY(auto contents, read());
    if (!contents.keks.contains(name)) {
        if (contents.keks.size() >= limits::kKeyEncryptionKeys) {
            return fail(Errc::too_large, "too many key-encryption keys for one file");
        }
        auto const key = crypto::random_secret(random_, kKeyBytes);
        auto const id = crypto::random_secret(random_, sizeof(KeyId::Array));
        SALUS_TRY(auto slot, memory_.store(key.reveal()));
        contents.keks.emplace(name, Kek{.id = KeyId::from(id.reveal()), .key = std::move(slot)});
        SALUS_TRY_VOID(write(contents));
    }
    contents_.emplace(std::move(contents));
    return {};
}

Result<void> SealedFileService::destroy(KekName const& name) {
    if (!is_kek_name(name)) return fail(Errc::invalid, kNoTenant);
    MutexLock const lock(mutex_);
    auto const file_lock = FileLock::acquire(lock_of(path_));
    if (!file_lock) return fail(Errc::unavailable, kBusy);
    SALUS_TRY(auto contents, read());
    if (contents.keks.erase(name) > 0) {
        SALUS_TRY_VOID(replace(contents));
    }
    contents_.emplace(std::move(contents));
    return {};
}

Result<Bytes> SealedFileService::wrap(KekName const& name, BytesView context,
                                      SecretBytes const& key) {
    if (key.size() != kKeyBytes) return fail(Errc::invalid, "only keys of 32 bytes are wrapped");
    MutexLock const lock(mutex_);
    auto const found = contents_->keks.find(name);
    if (found == contents_->keks.end()) return fail(Errc::not_found, "no such key-encryption key");
    auto const& kek = found->second;
    WrappingKeyName const by{
        .mechanism = WrappedBy::sealed_file, .id = kek.id, .epoch = name.epoch};
    return wrap_key(sealer_, by, kek.key.copy(), wrapping_context(realm_, name, context),
                    name.epoch, key);
}

Result<SecretBytes> SealedFileService::unwrap(KekName const& name, BytesView context,
                                              BytesView wrapped) {
    MutexLock const lock(mutex_);
    auto const found = contents_->keks.find(name);
    if (found == contents_->keks.end()) return fail(Errc::not_found, "no such key-encryption key");
    auto const& kek = found->second;
    SALUS_TRY(auto const by, wrapping_key_of(wrapped));
    WrappingKeyName const expected{
        .mechanism = WrappedBy::sealed_file, .id = kek.id, .epoch = name.epoch};
    if (by != expected) return fail(Errc::corrupt, "a key was wrapped by another key");
    return unwrap_key(sealer_, kek.key.copy(), wrapping_context(realm_, name, context), wrapped);
}

Literal SealedFileService::description() const noexcept {
    if (header_.stretching() == Stretching::pbkdf2) {
        return "sealed file: passphrase, PBKDF2, AES-256-GCM; keys in locked process memory";
    }
    return "sealed file: passphrase, scrypt, AES-256-GCM; keys in locked process memory";
}

}  // namespace salus::keys
