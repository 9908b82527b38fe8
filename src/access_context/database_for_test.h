// Makes small databases in MaxMind's format, version 2.0, by its specification
// (https://maxmind.github.io/MaxMind-DB/): records of 24 bits. For tests alone.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/bytes.h"
#include "http/network.h"

namespace salus::testing {

class DatabaseForTest {
public:
    explicit DatabaseForTest(unsigned ip_version) : ip_version_(ip_version) {}

    // The data of a network: in a database of IPv6 an IPv4 network stands in ::/96.
    void add(std::string_view network, Bytes const& data) {
        auto const parsed = *http::Network::parse(network);
        auto octets = parsed.base().octets();
        bool const v4 = parsed.base().is_ipv4();
        if (v4) octets[10] = octets[11] = 0;
        unsigned const from = ip_version_ == 4 ? 96 : 0;
        std::size_t node = 0;
        for (unsigned bit = from; bit < parsed.prefix_bits(); ++bit) {
            auto const side = static_cast<std::size_t>((octets[bit / 8] >> (7 - bit % 8)) & 1);
            if (bit + 1 == parsed.prefix_bits()) {
                nodes_[node][side] = {Record::Kind::data, place_of(data)};
            } else if (nodes_[node][side].kind == Record::Kind::node) {
                node = nodes_[node][side].value;
            } else {
                nodes_[node][side] = {Record::Kind::node, nodes_.size()};
                node = nodes_.size();
                nodes_.emplace_back();
            }
        }
    }
    void add_country(std::string_view network, std::string_view code) {
        add(network,
            map({{"continent", map({{"code", text("EU")}})},
                 {"country", map({{"geoname_id", number(7, 4)}, {"iso_code", text(code)}})}}));
    }

    [[nodiscard]] Bytes bytes() const {
        constexpr std::size_t kGap = 16;
        Bytes out;
        for (auto const& node : nodes_) {
            for (auto const& record : node) {
                auto const value = record.kind == Record::Kind::empty ? nodes_.size()
                                   : record.kind == Record::Kind::node
                                       ? record.value
                                       : nodes_.size() + kGap + record.value;
                for (unsigned shift : {16U, 8U, 0U})
                    out.push_back(static_cast<std::uint8_t>(value >> shift));
            }
        }
        out.insert(out.end(), kGap, 0);
        append(out, data_);
        append(out, bytes_of("\xab\xcd\xefMaxMind.com"));
        append(out, metadata());
        return out;
    }

    using Members = std::vector<std::pair<std::string_view, Bytes>>;
    static Bytes map(Members const& members) {
        Bytes out{static_cast<std::uint8_t>(0xe0U | members.size())};
        for (auto const& [key, value] : members) {
            append(out, text(key));
            append(out, value);
        }
        return out;
    }
    static Bytes text(std::string_view text) {
        Bytes out{static_cast<std::uint8_t>(0x40U | text.size())};
        append(out, bytes_of(text));
        return out;
    }
    // Unsigned, of 2, 4 or 8 bytes.
    static Bytes number(std::uint64_t value, unsigned size) {
        Bytes out;
        if (size == 8) {
            out = {8, 2};  // an extended type
        } else {
            out = {static_cast<std::uint8_t>((size == 2 ? 0xa0U : 0xc0U) | size)};
        }
        for (unsigned i = size; i > 0; --i)
            out.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
        return out;
    }

    static constexpr std::uint64_t kBuilt = 1'790'000'000;

private:
    struct Record {
        enum class Kind { empty, node, data };
        Kind kind = Kind::empty;
        std::size_t value = 0;
    };

    std::size_t place_of(Bytes const& data) {
        auto const [found, is_new] = places_.try_emplace(data, data_.size());
        if (is_new) append(data_, data);
        return found->second;
    }
    [[nodiscard]] Bytes metadata() const {
        Bytes languages{1, 4};  // an array, an extended type
        append(languages, text("en"));
        return map({{"binary_format_major_version", number(2, 2)},
                    {"binary_format_minor_version", number(0, 2)},
                    {"build_epoch", number(kBuilt, 8)},
                    {"database_type", text("Test-Country")},
                    {"description", map({{"en", text("Test")}})},
                    {"ip_version", number(ip_version_, 2)},
                    {"languages", languages},
                    {"node_count", number(nodes_.size(), 4)},
                    {"record_size", number(24, 2)}});
    }

    unsigned ip_version_;
    std::vector<std::array<Record, 2>> nodes_{1};
    Bytes data_;
    std::map<Bytes, std::size_t> places_;
};

}  // namespace salus::testing
