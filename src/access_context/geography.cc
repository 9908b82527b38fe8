#include "access_context/geography.h"

#include <cstring>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "foundation/access_context_limits.h"
#include "foundation/file.h"

namespace salus::access_context {
namespace {

constexpr Literal kBroken = "the database is broken";
constexpr std::size_t kIpv4At = 12;                    // in the octets of an address
constexpr std::uint64_t kBuiltLatest = 4'102'444'800;  // 2100-01-01, seconds since 1970

// The library maps a file. A mapped file that somebody shortens ends the process, and one that
// somebody writes to is not what was verified: so it maps a copy that the system keeps as it is.
Result<FileDescriptor> sealed_copy(BytesView contents) {
    FileDescriptor copy(::memfd_create("geography", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!copy.valid()) return fail(Errc::internal, "memory for the database is not to be had");
    while (!contents.empty()) {
        auto const written = ::write(copy.get(), contents.data(), contents.size());
        if (written <= 0) return fail(Errc::internal, "memory for the database is not to be had");
        contents = contents.subspan(static_cast<std::size_t>(written));
    }
    constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    if (::fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0)
        return fail(Errc::internal, "the copy of the database cannot be sealed");
    return copy;
}

bool is_letter(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

// Nothing there is no error: some networks are of no country.
Result<request::CountryCode> country_at(MMDB_entry_s entry) noexcept {
    static constexpr std::array<char const*, 3> kPath{"country", "iso_code", nullptr};
    MMDB_entry_data_s data{};
    auto const status = ::MMDB_aget_value(&entry, &data, kPath.data());
    if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR) return request::CountryCode();
    if (status != MMDB_SUCCESS) return fail(Errc::invalid, kBroken);
    if (!data.has_data) return request::CountryCode();
    if (data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2)
        return fail(Errc::invalid, kBroken);
    request::CountryCode const code{{data.utf8_string[0], data.utf8_string[1]}};
    if (!is_letter(code.letters[0]) || !is_letter(code.letters[1]))
        return fail(Errc::invalid, kBroken);
    return code;
}

// Looks at all that a look-up can reach.
class Inspection {
public:
    explicit Inspection(MMDB_s const& database)
        : database_(database), seen_(database.data_section_size) {}

    Result<void> run() {
        auto const& metadata = database_.metadata;
        if (metadata.node_count == 0 || (metadata.ip_version != 4 && metadata.ip_version != 6) ||
            metadata.build_epoch > kBuiltLatest)
            return fail(Errc::invalid, kBroken);
        for (std::uint32_t number = 0; number < metadata.node_count; ++number) {
            MMDB_search_node_s node{};
            if (::MMDB_read_node(&database_, number, &node) != MMDB_SUCCESS)
                return fail(Errc::invalid, kBroken);
            SALUS_TRY_VOID(record(node.left_record_type, node.left_record_entry));
            SALUS_TRY_VOID(record(node.right_record_type, node.right_record_entry));
        }
        return {};
    }

private:
    Result<void> record(std::uint8_t type, MMDB_entry_s const& entry) {
        if (type == MMDB_RECORD_TYPE_SEARCH_NODE || type == MMDB_RECORD_TYPE_EMPTY) return {};
        // A record that points into the gap before the data gives the library an offset that wraps.
        if (type != MMDB_RECORD_TYPE_DATA || entry.offset >= seen_.size())
            return fail(Errc::invalid, kBroken);
        if (seen_[entry.offset]) return {};
        seen_[entry.offset] = true;
        SALUS_TRY_VOID(country_at(entry));
        return {};
    }

    MMDB_s const& database_;
    std::vector<bool> seen_;  // by the offset of the data
};

}  // namespace

void Geography::Close::operator()(MMDB_s* database) const noexcept {
    ::MMDB_close(database);
    delete database;
}

Result<Geography> Geography::make(BytesView contents) {
    SALUS_TRY(auto const copy, sealed_copy(contents));
    auto const path = "/proc/self/fd/" + std::to_string(copy.get());
    auto opened = std::make_unique<MMDB_s>();
    if (::MMDB_open(path.c_str(), MMDB_MODE_MMAP, opened.get()) != MMDB_SUCCESS)
        return fail(Errc::invalid, "the file is no database in MaxMind's format");
    Database database(opened.release());
    SALUS_TRY_VOID(Inspection(*database).run());
    return Geography(std::move(database));
}

Result<Geography> Geography::open(std::filesystem::path const& path) {
    SALUS_TRY(auto const contents, read_file(path, limits::kGeographyBytes));
    return make(contents);
}

request::CountryCode Geography::country(http::IpAddress const& address) const noexcept {
    auto const& octets = address.octets();
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
    } socket{};
    if (address.is_ipv4()) {
        socket.v4.sin_family = AF_INET;
        std::memcpy(&socket.v4.sin_addr, octets.data() + kIpv4At, sizeof(socket.v4.sin_addr));
    } else {
        socket.v6.sin6_family = AF_INET6;
        std::memcpy(&socket.v6.sin6_addr, octets.data(), octets.size());
    }
    // A database of IPv4 alone answers with an error for IPv6: it knows nothing of it.
    int error = MMDB_SUCCESS;
    auto const found = ::MMDB_lookup_sockaddr(database_.get(), &socket.any, &error);
    if (error != MMDB_SUCCESS || !found.found_entry) return {};
    return country_at(found.entry).value_or(request::CountryCode());
}

WallTime Geography::built() const noexcept {
    return WallTime(std::chrono::seconds(database_->metadata.build_epoch));
}

}  // namespace salus::access_context
