// Documents for the tests of the store. Equal numbers give equal ids. Included by tests only.
#pragma once

#include "store/store.h"

namespace salus::store::samples {

template <class Id>
Id numbered(std::uint64_t number, std::uint8_t kind) {
    typename Id::Array bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>((number * 0x9e3779b97f4a7c15ULL) >> (8 * i));
        bytes[i + 8] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    bytes[15] = kind;
    return Id(bytes);
}
inline Address address(std::uint64_t number) {
    return numbered<Address>(number, 1);
}
inline CompartmentId compartment(std::uint64_t number) {
    return numbered<CompartmentId>(number, 2);
}
inline BlindToken token(std::uint64_t number) {
    return numbered<BlindToken>(number, 3);
}

// The form of a sealed record with `mark` in it; nobody can open it, and no engine needs to.
inline crypto::Sealed sealed(std::size_t plaintext_bytes, std::uint64_t mark = 0,
                             std::uint32_t key_version = 1) {
    constexpr std::size_t kChunk = std::size_t{16} * 1024;
    Bytes bytes{'S', 'R', 1, 1};
    append_u32(bytes, key_version);
    append_u64(bytes, mark);
    bytes.resize(64 + plaintext_bytes + 16 * (plaintext_bytes / kChunk + 1));
    return crypto::Sealed::from_storage(std::move(bytes)).value();
}
inline Bytes bytes(crypto::Sealed const& sealed) {
    return {sealed.bytes().begin(), sealed.bytes().end()};
}

// A live version with an index entry and the token of the same number.
inline Write write(std::uint64_t document, std::uint64_t compartment_number,
                   std::uint64_t version) {
    auto const mark = document * 1'000 + version;
    Write result{.address = address(document),
                 .compartment = compartment(compartment_number),
                 .version = version,
                 .document = sealed(2'000, mark),
                 .index_entry = sealed(300, mark),
                 .tokens = {}};
    result.tokens.push_back(token(document));
    return result;
}
inline Write deletion(std::uint64_t document, std::uint64_t compartment_number,
                      std::uint64_t version) {
    return {.address = address(document),
            .compartment = compartment(compartment_number),
            .version = version,
            .state = VersionState::deleted,
            .document = sealed(10),
            .index_entry = {},
            .tokens = {}};
}
inline Batch batch(Write write) {
    Batch result;
    result.writes.push_back(std::move(write));
    return result;
}

}  // namespace salus::store::samples
