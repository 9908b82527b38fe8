// The country of an address by a database in MaxMind's format, version 2
// (https://maxmind.github.io/MaxMind-DB/): GeoLite2, DB-IP, or what an operator makes.
// `country.iso_code` is read, and nothing else of it. The only file that sees libmaxminddb is
// geography.cc. Thread safety: country() from any thread; no allocation.
#pragma once

#include <filesystem>
#include <memory>

#include "foundation/bytes.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "http/network.h"
#include "request/access_facts.h"

struct MMDB_s;

namespace salus::access_context {

class Geography {
public:
    // Reads the file into memory that nobody can change any more, and looks at every node and at
    // every record: country() then meets nothing that was not looked at. Not for an event loop.
    // Errc::not_found, Errc::too_large or whatever reading a file gives, Errc::invalid for what is
    // no such database or is broken.
    static Result<Geography> open(std::filesystem::path const& path);
    static Result<Geography> make(BytesView contents);

    // Nothing where the database knows of none.
    [[nodiscard]] request::CountryCode country(http::IpAddress const& address) const noexcept;
    // When its maker built it, as he says.
    [[nodiscard]] WallTime built() const noexcept;

private:
    struct Close {
        void operator()(MMDB_s* database) const noexcept;
    };
    using Database = std::unique_ptr<MMDB_s, Close>;
    explicit Geography(Database database) : database_(std::move(database)) {}
    Database database_;
};

}  // namespace salus::access_context
