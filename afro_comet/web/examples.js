// Sentences to press, by language: its own name, its tag for the browser, texts to classify, texts with names.
export const LANGUAGES = {
  kin: {
    name: "Kinyarwanda",
    tag: "rw",
    classification: [
      "Ndishimye cyane, ibirori byari byiza!",
      "Iyi serivisi ni mbi cyane, nategereje amasaha abiri.",
      "Inama izatangira saa tatu i Kigali.",
    ],
    tagging: ["Alice Mukamana yize muri Kaminuza y'u Rwanda i Huye.", "Inama izabera i Kigali ku wa Mbere."],
  },
  swa: {
    name: "Kiswahili",
    tag: "sw",
    classification: [
      "Nimefurahi sana, chakula kilikuwa kitamu!",
      "Huduma yao ni mbaya, nimesubiri kwa saa mbili.",
      "Mkutano utaanza saa tatu asubuhi mjini Nairobi.",
    ],
    tagging: [
      "Wangari Maathai alizaliwa Nyeri na kufundisha Chuo Kikuu cha Nairobi.",
      "Mkutano utafanyika Dodoma siku ya Jumatatu.",
    ],
  },
  hau: {
    name: "Hausa",
    tag: "ha",
    classification: [
      "Na yi farin ciki sosai, abincin ya yi daɗi!",
      "Ban ji daɗin wannan aiki ba, sun ɓata mini lokaci.",
      "Za a fara taron da ƙarfe tara na safe a Kano.",
    ],
    tagging: ["Aisha Bello ta yi karatu a Jami'ar Bayero da ke Kano.", "Za a yi taron a Abuja ranar Litinin."],
  },
  ibo: {
    name: "Igbo",
    tag: "ig",
    classification: [
      "Obi dị m ụtọ nke ukwuu, nri ahụ tọrọ ụtọ!",
      "Ọrụ ha adịghị mma, echere m awa abụọ.",
      "Nzukọ ahụ ga-amalite n'elekere itoolu n'Enugwu.",
    ],
    tagging: ["Chinua Achebe gụrụ akwụkwọ na Mahadum Ibadan.", "A ga-eme nzukọ ahụ n'Abuja na Mọnde."],
  },
  yor: {
    name: "Yorùbá",
    tag: "yo",
    classification: [
      "Inú mi dùn púpọ̀, oúnjẹ náà dùn!",
      "Iṣẹ́ wọn kò dára, mo dúró fún wákàtí méjì.",
      "Ìpàdé náà yóò bẹ̀rẹ̀ ní aago mẹ́sàn-án ní Ìbàdàn.",
    ],
    tagging: ["Wọlé Ṣóyínká kẹ́kọ̀ọ́ ní Yunifásítì Ìbàdàn.", "Ìpàdé náà yóò wáyé ní Abẹ́òkúta ní ọjọ́ Ajé."],
  },
};
