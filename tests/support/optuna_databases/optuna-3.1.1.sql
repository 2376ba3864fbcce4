BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('v3.0.0.d');
CREATE TABLE studies (
	study_id INTEGER NOT NULL, 
	study_name VARCHAR(512) NOT NULL, 
	PRIMARY KEY (study_id)
);
INSERT INTO "studies" VALUES(1,'squares');
INSERT INTO "studies" VALUES(2,'pair');
CREATE TABLE study_directions (
	study_direction_id INTEGER NOT NULL, 
	direction VARCHAR(8) NOT NULL, 
	study_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	PRIMARY KEY (study_direction_id), 
	UNIQUE (study_id, objective), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_directions" VALUES(1,'MINIMIZE',1,0);
INSERT INTO "study_directions" VALUES(2,'MINIMIZE',2,0);
INSERT INTO "study_directions" VALUES(3,'MAXIMIZE',2,1);
CREATE TABLE study_system_attributes (
	study_system_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_system_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
CREATE TABLE study_user_attributes (
	study_user_attribute_id INTEGER NOT NULL, 
	study_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (study_user_attribute_id), 
	UNIQUE (study_id, "key"), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "study_user_attributes" VALUES(1,1,'by','"anybody"');
CREATE TABLE trial_heartbeats (
	trial_heartbeat_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	heartbeat DATETIME NOT NULL, 
	PRIMARY KEY (trial_heartbeat_id), 
	UNIQUE (trial_id), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
CREATE TABLE trial_intermediate_values (
	trial_intermediate_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	intermediate_value FLOAT, 
	intermediate_value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_intermediate_value_id), 
	UNIQUE (trial_id, step), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_intermediate_values" VALUES(1,1,0,3.24360846089798027236e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(2,1,1,2.74360846089798027236e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(3,1,2,2.57694179423131375372e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(4,2,0,1.03084530422001634524e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(5,2,1,9.30845304220016345198e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(6,2,2,8.97511970886683,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(7,3,0,8.6911180200172,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(8,3,1,8.1911180200172,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(9,3,2,8.02445135335053372216e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(10,4,0,1.39709326784418905729e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(11,4,1,1.19709326784418905735e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(12,4,2,1.13042660117752244983e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(13,5,0,2.58340675522823071119e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(14,5,1,2.08340675522823071119e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(15,5,2,1.91674008856156397051e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(16,6,0,1.10751690706105243577e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(17,6,1,9.07516907061052435778e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(18,6,2,8.40850240394385828324e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(19,7,0,5.01556818777118351704e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(20,7,1,3.01556818777118307295e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(21,7,2,2.34890152110451655431e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(22,8,0,2.54121913387852726984e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(23,8,1,1.54121913387852726984e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(24,8,2,1.20788580054519401052e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(25,9,0,1.33672960027389251533e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(26,9,1,1.18672960027389251536e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(27,9,2,1.1367296002738925154e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(28,10,0,1.11112853090520307124e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(29,10,1,1.06112853090520307117e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(30,10,2,1.04446186423853646372e+01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(31,11,0,2.3604911676845987678e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(32,11,1,1.8604911676845987678e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(33,11,2,1.69382450101793202712e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(34,12,0,4.08225550576776097244e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(35,12,1,3.08225550576776097244e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(36,12,2,2.74892217243442749108e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(37,13,0,5.70254051188233734848e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(38,13,1,4.70254051188233734848e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(39,13,2,4.3692071785490043112e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(40,14,0,1.00844879101510209729e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(41,14,1,5.0844879101510209729e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(42,14,2,3.4178212434843541212e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(43,15,0,3.33951048606247935524e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(44,15,1,1.83951048606247935524e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(45,15,2,1.33951048606247935524e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(46,16,0,3.45680194604699142502e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(47,16,1,1.95680194604699120297e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(48,17,0,4.22866577642461827224e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(49,17,1,2.72866577642461782815e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(50,17,2,2.22866577642461782815e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(51,18,0,3.1956032394675757402e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(52,18,1,1.6956032394675757402e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(53,18,2,1.1956032394675757402e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(54,19,0,5.04314678367225077693e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(55,19,1,4.04314678367225077693e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(56,19,2,3.70981345033891685147e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(57,20,0,2.01938388924743605912e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(58,20,1,1.01938388924743583707e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(59,20,2,6.86050555914102466736e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(60,21,0,2.00078344466947211088e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(61,21,1,1.00078344466947233293e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(62,22,0,1.40563184423033971093e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(63,22,1,9.05631844230339710932e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(64,22,2,0.738965177563673,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(65,23,0,1.54042480187681984915e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(66,23,1,1.04042480187681984915e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(67,23,2,8.73758135210153108474e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(68,24,0,1.10794210717266405907e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(69,24,1,6.079421071726641701e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(70,24,2,4.4127544050599748493e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(71,25,0,1.31600991542805045853e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(72,25,1,8.1600991542805045853e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(73,25,2,6.4934324876138382887e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(74,26,0,2.50598657227485865917e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(75,26,1,2.00598657227485865917e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(76,27,0,1.0895279359280811704e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(77,27,1,5.8952793592808105938e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(78,27,2,4.2286126926141442972e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(79,28,0,1.00100810465682221739e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(80,28,1,5.01008104656822217393e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(81,28,2,3.34341437990155532222e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(82,29,0,2.03960158069060026875e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(83,29,1,1.03960158069060049079e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(84,29,2,0.706268247357267,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(85,30,0,2.01883546755636489322e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(86,30,1,1.51883546755636489322e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(87,30,2,1.35216880088969815254e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(88,31,0,1.03548257461660186962e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(89,31,1,5.35482574616601758599e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(90,32,0,3.95258324148718820367e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(91,32,1,2.95258324148718820367e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(92,32,2,2.61924990815385472231e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(93,33,0,1.05889605482038984263e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(94,33,1,5.58896054820389731609e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(95,33,2,3.9222938815372310195e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(96,34,0,1.00886455152791820744e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(97,34,1,5.08864551527918318463e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(98,34,2,3.42197884861251633292e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(99,35,0,1.2995816839744953608e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(100,35,1,7.995816839744953608e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(101,35,2,6.32915017307828620118e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(102,36,0,1.07147555794083970681e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(103,36,1,5.71475557940839817838e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(104,37,0,1.00892026571010351432e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(105,37,1,5.089202657101034033e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(106,37,2,3.4225359904343671813e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(107,38,0,1.68854443866232,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(108,38,1,1.18854443866232,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(109,38,2,1.02187777199565332786e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(110,39,0,1.00867156166752547363e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(111,39,1,5.08671561667525473637e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(112,39,2,3.42004895000858843978e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(113,40,0,2.70176138586129388485e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(114,40,1,1.70176138586129388485e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(115,40,2,1.36842805252796040349e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(116,41,0,1.00716191901314355838e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(117,41,1,5.07161919013143447365e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(118,42,0,1.89134046268067645968e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(119,42,1,1.39134046268067645968e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(120,42,2,1.22467379601401,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(121,43,0,1.050208108700052545e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(122,43,1,5.50208108700052656026e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(123,43,2,3.83541442033385970855e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(124,44,0,1.17412031796146210105e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(125,44,1,6.74120317961462101052e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(126,44,2,5.07453651294795360371e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(127,45,0,1.23928618389646261199e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(128,45,1,7.39286183896462611997e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(129,45,2,5.72619517229795871315e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(130,46,0,1.02755979124195229168e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(131,46,1,5.27559791241952291684e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(132,47,0,4.09012200228587730066e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(133,47,1,2.09012200228587730066e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(134,47,2,1.42345533561921055998e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(135,48,0,1.00662650463581204718e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(136,48,1,5.06626504635811936161e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(137,48,2,3.39959837969145306502e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(138,49,0,2.32272887050295384625e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(139,49,1,1.32272887050295362421e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(140,49,2,9.89395537169620364892e-01,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(141,50,0,2.4591736890573430152e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(142,50,1,1.9591736890573430152e+00,'FINITE');
INSERT INTO "trial_intermediate_values" VALUES(143,50,2,1.79250702239067627452e+00,'FINITE');
CREATE TABLE trial_params (
	param_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	param_name VARCHAR(512), 
	param_value FLOAT, 
	distribution_json TEXT, 
	PRIMARY KEY (param_id), 
	UNIQUE (trial_id, param_name), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_params" VALUES(1,1,'x',-4.9786797178455621804e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(2,1,'rate',1.44868338872393507404e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(3,1,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(4,1,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(5,2,'x',-1.88243873173397457954e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(6,2,'rate',1.08813350036358891248e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(7,2,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(8,2,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(9,3,'x',-1.77328650161089540482e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(10,3,'rate',4.30876004783913163498e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(11,3,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(12,3,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(13,4,'x',-2.15767836842859761503e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(14,4,'rate',3.92920300262394970453e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(15,4,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(16,4,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(17,5,'x',2.25833491377622941342e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(18,5,'rate',4.82858621855446618065e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(19,5,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(20,5,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(21,6,'x',-2.4099189970016992035e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(22,6,'rate',1.8336771578903641143e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(23,6,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(24,6,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(25,6,'shift',0.75,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(26,7,'x',2.00775403138423769178e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(27,7,'rate',1.13465761470066077692e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(28,7,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(29,7,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(30,8,'x',1.73567597070893064881e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(31,8,'rate',2.04022478776179041126e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(32,8,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(33,8,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(34,9,'x',-2.21982856729033395382e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(35,9,'rate',1.14314382205487802854e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(36,9,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(37,9,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(38,10,'x',-2.67982472929751747159e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(39,10,'rate',0.00527658351694985,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(40,10,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(41,10,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(42,10,'shift',0.5,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(43,11,'x',1.16640094636647084769e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(44,11,'rate',1.74798543099119745199e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(45,11,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(46,11,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(47,11,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(48,12,'x',1.44300225424902239801e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(49,12,'rate',5.32035153584611928551e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(50,12,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(51,12,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(52,12,'shift',1.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(53,13,'x',2.92419866746714518512e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(54,13,'rate',5.43278227513859582331e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(55,13,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(56,13,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(57,14,'x',9.08082694691902059247e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(58,14,'rate',9.75923729571459563914e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(59,14,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(60,14,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(61,15,'x',0.417324716447935,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(62,15,'rate',1.2739394371951465526e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(63,15,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(64,15,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(65,15,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(66,16,'x',3.24128750391769360206e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(67,16,'rate',1.72862175363274472861e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(68,16,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(69,16,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(70,16,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(71,17,'x',-1.0845197298963638044e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(72,17,'rate',7.16468803586826213924e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(73,17,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(74,17,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(75,18,'x',5.57729449920554065656e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(76,18,'rate',9.89553808207873641933e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(77,18,'layers',3.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(78,18,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(79,18,'shift',0.0,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(80,19,'x',-7.44461746118914136083e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(81,19,'rate',9.29951185082443371188e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(82,19,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(83,19,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(84,20,'x',8.89226036528502183919e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(85,20,'rate',9.5303103377002568175e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(86,20,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(87,20,'kind',1.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(88,20,'shift',0.25,'{"name": "FloatDistribution", "attributes": {"step": 0.25, "low": 0.0, "high": 1.0, "log": false}}');
INSERT INTO "trial_params" VALUES(89,21,'x',1.02799008162675287181e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(90,21,'rate',2.46187678719415811712e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(91,21,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(92,21,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(93,22,'x',1.63689233331100769675e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(94,22,'rate',3.05069719407702159841e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(95,22,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(96,22,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(97,23,'x',1.73513590707896980802e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(98,23,'rate',3.48006528887247756909e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(99,23,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(100,23,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(101,24,'x',1.32854544156427456513e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(102,24,'rate',9.44038966779630617232e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(103,24,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(104,24,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(105,25,'x',1.5621475922104892664e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(106,25,'rate',4.38234045833169535977e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(107,25,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(108,25,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(109,26,'x',2.22718644560427669887e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(110,26,'rate',5.43056767205391185959e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(111,26,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(112,26,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(113,27,'x',1.29921219214477390302e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(114,27,'rate',2.50442582176228292767e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(115,27,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(116,27,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(117,28,'x',1.03175066388002312223e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(118,28,'rate',2.3228748703252675295e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(119,28,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(120,28,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(121,29,'x',8.00998540983739459875e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(122,29,'rate',2.02357696339449943945e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(123,29,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(124,29,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(125,30,'x',-9.37379971760943231373e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(126,30,'rate',7.91196536535274455581e-03,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(127,30,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(128,30,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(129,31,'x',8.11631811027971661332e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(130,31,'rate',1.34365564306252217863e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(131,31,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(132,31,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(133,32,'x',-3.97348647076737337968e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(134,32,'rate',2.69450027890757448645e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(135,32,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(136,32,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(137,33,'x',1.24268509393942960805e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(138,33,'rate',6.47042159801224925352e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(139,33,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(140,33,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(141,34,'x',1.09415174734394637923e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(142,34,'rate',3.07351897518792702146e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(143,34,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(144,34,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(145,35,'x',4.5265944424472315255e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(146,35,'rate',2.26347206878482337666e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(147,35,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(148,35,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(149,36,'x',7.32650868823480516667e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(150,36,'rate',1.0246146801024419784e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(151,36,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(152,36,'kind',2.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(153,37,'x',1.09444715829554328756e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(154,37,'rate',3.46065739694497442879e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(155,37,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(156,37,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(157,38,'x',1.70214221221934858263e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(158,38,'rate',3.6945671711467467646e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(159,38,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(160,38,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(161,39,'x',1.09312122028584846056e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(162,39,'rate',4.01843975282323156994e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(163,39,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(164,39,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(165,40,'x',1.83771199457886114103e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(166,40,'rate',3.82735098162392956e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(167,40,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(168,40,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(169,41,'x',1.08462812188122503798e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(170,41,'rate',1.20615557273255954301e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(171,41,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(172,41,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(173,42,'x',1.94410828970022109274e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(174,42,'rate',1.74513908414117291378e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(175,42,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(176,42,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(177,43,'x',7.75928340256844095712e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(178,43,'rate',5.39262346750258164673e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(179,43,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(180,43,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(181,44,'x',5.82722732512946373084e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(182,44,'rate',4.37441722507961247567e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(183,44,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(184,44,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(185,45,'x',1.48916887053088586867e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(186,45,'rate',5.62970054719006962606e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(187,45,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(188,45,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(189,46,'x',1.16601141901071825301e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(190,46,'rate',3.17400183160498478018e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(191,46,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(192,46,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(193,47,'x',6.99796731720193632142e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(194,47,'rate',2.10135354561400734818e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(195,47,'layers',4.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(196,47,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(197,48,'x',1.08140334536007709509e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(198,48,'rate',6.39645520485121465981e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(199,48,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(200,48,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(201,49,'x',1.56809230808289745695e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(202,49,'rate',3.26593489439107736993e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(203,49,'layers',2.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(204,49,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(205,50,'x',2.20796261906457313983e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": -3.0, "high": 3.0, "log": false}}');
INSERT INTO "trial_params" VALUES(206,50,'rate',7.39360862324032891423e-02,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0001, "high": 0.1, "log": true}}');
INSERT INTO "trial_params" VALUES(207,50,'layers',1.0,'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 4}}');
INSERT INTO "trial_params" VALUES(208,50,'kind',0.0,'{"name": "CategoricalDistribution", "attributes": {"choices": ["plain", "deep", null]}}');
INSERT INTO "trial_params" VALUES(209,53,'x',0.834044009405148,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(210,54,'x',1.44064898688431619611e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(211,55,'x',2.28749634689773273521e-04,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(212,56,'x',6.04665145263679537634e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(213,57,'x',2.93511781634226087689e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(214,58,'x',1.84677189537595598523e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(215,59,'x',3.72520422755341806819e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(216,60,'x',6.91121454086095488023e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(217,61,'x',7.93534948461339872949e-01,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
INSERT INTO "trial_params" VALUES(218,62,'x',1.07763346800671389047e+00,'{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 2.0, "log": false}}');
CREATE TABLE trial_system_attributes (
	trial_system_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_system_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_system_attributes" VALUES(1,52,'fixed_params','{"x": 1.0}');
CREATE TABLE trial_user_attributes (
	trial_user_attribute_id INTEGER NOT NULL, 
	trial_id INTEGER, 
	"key" VARCHAR(512), 
	value_json TEXT, 
	PRIMARY KEY (trial_user_attribute_id), 
	UNIQUE (trial_id, "key"), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_user_attributes" VALUES(1,1,'size','10');
INSERT INTO "trial_user_attributes" VALUES(2,1,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(3,2,'size','20');
INSERT INTO "trial_user_attributes" VALUES(4,2,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(5,3,'size','10');
INSERT INTO "trial_user_attributes" VALUES(6,3,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(7,4,'size','40');
INSERT INTO "trial_user_attributes" VALUES(8,4,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(9,5,'size','10');
INSERT INTO "trial_user_attributes" VALUES(10,5,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(11,6,'size','40');
INSERT INTO "trial_user_attributes" VALUES(12,6,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(13,7,'size','40');
INSERT INTO "trial_user_attributes" VALUES(14,7,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(15,8,'size','20');
INSERT INTO "trial_user_attributes" VALUES(16,8,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(17,9,'size','30');
INSERT INTO "trial_user_attributes" VALUES(18,9,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(19,10,'size','10');
INSERT INTO "trial_user_attributes" VALUES(20,10,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(21,11,'size','10');
INSERT INTO "trial_user_attributes" VALUES(22,11,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(23,12,'size','20');
INSERT INTO "trial_user_attributes" VALUES(24,12,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(25,13,'size','20');
INSERT INTO "trial_user_attributes" VALUES(26,13,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(27,14,'size','10');
INSERT INTO "trial_user_attributes" VALUES(28,14,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(29,15,'size','30');
INSERT INTO "trial_user_attributes" VALUES(30,15,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(31,16,'size','30');
INSERT INTO "trial_user_attributes" VALUES(32,16,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(33,17,'size','30');
INSERT INTO "trial_user_attributes" VALUES(34,17,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(35,18,'size','30');
INSERT INTO "trial_user_attributes" VALUES(36,18,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(37,19,'size','20');
INSERT INTO "trial_user_attributes" VALUES(38,19,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(39,20,'size','20');
INSERT INTO "trial_user_attributes" VALUES(40,20,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(41,21,'size','20');
INSERT INTO "trial_user_attributes" VALUES(42,21,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(43,22,'size','10');
INSERT INTO "trial_user_attributes" VALUES(44,22,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(45,23,'size','10');
INSERT INTO "trial_user_attributes" VALUES(46,23,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(47,24,'size','10');
INSERT INTO "trial_user_attributes" VALUES(48,24,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(49,25,'size','10');
INSERT INTO "trial_user_attributes" VALUES(50,25,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(51,26,'size','10');
INSERT INTO "trial_user_attributes" VALUES(52,26,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(53,27,'size','10');
INSERT INTO "trial_user_attributes" VALUES(54,27,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(55,28,'size','10');
INSERT INTO "trial_user_attributes" VALUES(56,28,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(57,29,'size','20');
INSERT INTO "trial_user_attributes" VALUES(58,29,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(59,30,'size','10');
INSERT INTO "trial_user_attributes" VALUES(60,30,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(61,31,'size','10');
INSERT INTO "trial_user_attributes" VALUES(62,31,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(63,32,'size','20');
INSERT INTO "trial_user_attributes" VALUES(64,32,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(65,33,'size','10');
INSERT INTO "trial_user_attributes" VALUES(66,33,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(67,34,'size','10');
INSERT INTO "trial_user_attributes" VALUES(68,34,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(69,35,'size','10');
INSERT INTO "trial_user_attributes" VALUES(70,35,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(71,36,'size','10');
INSERT INTO "trial_user_attributes" VALUES(72,36,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(73,37,'size','10');
INSERT INTO "trial_user_attributes" VALUES(74,37,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(75,38,'size','10');
INSERT INTO "trial_user_attributes" VALUES(76,38,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(77,39,'size','10');
INSERT INTO "trial_user_attributes" VALUES(78,39,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(79,40,'size','20');
INSERT INTO "trial_user_attributes" VALUES(80,40,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(81,41,'size','10');
INSERT INTO "trial_user_attributes" VALUES(82,41,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(83,42,'size','10');
INSERT INTO "trial_user_attributes" VALUES(84,42,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(85,43,'size','10');
INSERT INTO "trial_user_attributes" VALUES(86,43,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(87,44,'size','10');
INSERT INTO "trial_user_attributes" VALUES(88,44,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(89,45,'size','10');
INSERT INTO "trial_user_attributes" VALUES(90,45,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(91,46,'size','10');
INSERT INTO "trial_user_attributes" VALUES(92,46,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(93,47,'size','40');
INSERT INTO "trial_user_attributes" VALUES(94,47,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(95,48,'size','10');
INSERT INTO "trial_user_attributes" VALUES(96,48,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(97,49,'size','20');
INSERT INTO "trial_user_attributes" VALUES(98,49,'note','{"of": ["anything", 1.5, null]}');
INSERT INTO "trial_user_attributes" VALUES(99,50,'size','10');
INSERT INTO "trial_user_attributes" VALUES(100,50,'note','{"of": ["anything", 1.5, null]}');
CREATE TABLE trial_values (
	trial_value_id INTEGER NOT NULL, 
	trial_id INTEGER NOT NULL, 
	objective INTEGER NOT NULL, 
	value FLOAT, 
	value_type VARCHAR(7) NOT NULL, 
	PRIMARY KEY (trial_value_id), 
	UNIQUE (trial_id, objective), 
	FOREIGN KEY(trial_id) REFERENCES trials (trial_id)
);
INSERT INTO "trial_values" VALUES(1,1,0,2.59142862811855323457e+00,'FINITE');
INSERT INTO "trial_values" VALUES(2,2,0,8.97620784236719337911e+00,'FINITE');
INSERT INTO "trial_values" VALUES(3,3,0,8.06753895382892416421e+00,'FINITE');
INSERT INTO "trial_values" VALUES(4,4,0,1.13046589320754868883e+01,'FINITE');
INSERT INTO "trial_values" VALUES(5,5,0,1.96502595074710861844e+00,'FINITE');
INSERT INTO "trial_values" VALUES(6,6,0,8.41033608110174846217e+00,'FINITE');
INSERT INTO "trial_values" VALUES(7,7,0,2.34901498686598664278e+00,'FINITE');
INSERT INTO "trial_values" VALUES(8,9,0,1.1367410317121130703e+01,'FINITE');
INSERT INTO "trial_values" VALUES(9,10,0,1.04498952259023152326e+01,'FINITE');
INSERT INTO "trial_values" VALUES(10,11,0,1.69557248644892322175e+00,'FINITE');
INSERT INTO "trial_values" VALUES(11,12,0,2.75424252397027347072e+00,'FINITE');
INSERT INTO "trial_values" VALUES(12,13,0,4.42353500130039,'FINITE');
INSERT INTO "trial_values" VALUES(13,14,0,4.39374497305581368511e-01,'FINITE');
INSERT INTO "trial_values" VALUES(14,15,0,1.35224988043443072882e+00,'FINITE');
INSERT INTO "trial_values" VALUES(15,16,0,1.95680194604699120297e+00,'FINITE');
INSERT INTO "trial_values" VALUES(16,17,0,2.30031265678330054669e+00,'FINITE');
INSERT INTO "trial_values" VALUES(17,18,0,1.29455862028836299337e+00,'FINITE');
INSERT INTO "trial_values" VALUES(18,19,0,3.8028085688471611192e+00,'FINITE');
INSERT INTO "trial_values" VALUES(19,20,0,0.781353659291105,'FINITE');
INSERT INTO "trial_values" VALUES(20,21,0,1.00078344466947233293e+00,'FINITE');
INSERT INTO "trial_values" VALUES(21,22,0,7.69472149504443203582e-01,'FINITE');
INSERT INTO "trial_values" VALUES(22,23,0,9.0855878809887791192e-01,'FINITE');
INSERT INTO "trial_values" VALUES(23,24,0,5.35679337183960546653e-01,'FINITE');
INSERT INTO "trial_values" VALUES(24,25,0,6.93166653344700733896e-01,'FINITE');
INSERT INTO "trial_values" VALUES(25,26,0,2.00598657227485865917e+00,'FINITE');
INSERT INTO "trial_values" VALUES(26,27,0,4.47905527479037224303e-01,'FINITE');
INSERT INTO "trial_values" VALUES(27,28,0,3.57570186693408176292e-01,'FINITE');
INSERT INTO "trial_values" VALUES(28,29,0,0.726504016991212,'FINITE');
INSERT INTO "trial_values" VALUES(29,30,0,1.36008076625505092138e+00,'FINITE');
INSERT INTO "trial_values" VALUES(30,31,0,5.35482574616601758599e-01,'FINITE');
INSERT INTO "trial_values" VALUES(31,32,0,2.64619491094293035615e+00,'FINITE');
INSERT INTO "trial_values" VALUES(32,33,0,4.56933604133845594486e-01,'FINITE');
INSERT INTO "trial_values" VALUES(33,34,0,3.72933074613130910446e-01,'FINITE');
INSERT INTO "trial_values" VALUES(34,35,0,6.55549737995676840007e-01,'FINITE');
INSERT INTO "trial_values" VALUES(35,36,0,5.71475557940839817838e-01,'FINITE');
INSERT INTO "trial_values" VALUES(36,37,0,3.76860173012886490173e-01,'FINITE');
INSERT INTO "trial_values" VALUES(37,38,0,1.05882344370712089265e+00,'FINITE');
INSERT INTO "trial_values" VALUES(38,39,0,3.82189292529091173555e-01,'FINITE');
INSERT INTO "trial_values" VALUES(39,40,0,1.40670156234419985175e+00,'FINITE');
INSERT INTO "trial_values" VALUES(40,41,0,5.07161919013143447365e-01,'FINITE');
INSERT INTO "trial_values" VALUES(41,42,0,1.24212518685542150365e+00,'FINITE');
INSERT INTO "trial_values" VALUES(42,43,0,4.374676767084118012e-01,'FINITE');
INSERT INTO "trial_values" VALUES(43,44,0,5.51197823545591547578e-01,'FINITE');
INSERT INTO "trial_values" VALUES(44,45,0,6.28916522701696623087e-01,'FINITE');
INSERT INTO "trial_values" VALUES(45,46,0,5.27559791241952291684e-01,'FINITE');
INSERT INTO "trial_values" VALUES(46,47,0,1.44446887107535082428e+00,'FINITE');
INSERT INTO "trial_values" VALUES(47,48,0,4.039243900176574531e-01,'FINITE');
INSERT INTO "trial_values" VALUES(48,49,0,1.02205488611353101369e+00,'FINITE');
INSERT INTO "trial_values" VALUES(49,50,0,1.86644310862307949427e+00,'FINITE');
INSERT INTO "trial_values" VALUES(50,53,0,6.95629409624614614138e-01,'FINITE');
INSERT INTO "trial_values" VALUES(51,53,1,-2.75413908143186045296e-02,'FINITE');
INSERT INTO "trial_values" VALUES(52,54,0,2.07546950341080682633e+00,'FINITE');
INSERT INTO "trial_values" VALUES(53,54,1,-1.94171529642174267582e-01,'FINITE');
INSERT INTO "trial_values" VALUES(54,55,0,5.23263953707047221267e-08,'FINITE');
INSERT INTO "trial_values" VALUES(55,55,1,-9.9954255305701578127e-01,'FINITE');
INSERT INTO "trial_values" VALUES(56,56,0,3.6561993789674668287e-01,'FINITE');
INSERT INTO "trial_values" VALUES(57,56,1,-1.562896473693876076e-01,'FINITE');
INSERT INTO "trial_values" VALUES(58,57,0,8.61491659580976149035e-02,'FINITE');
INSERT INTO "trial_values" VALUES(59,57,1,-4.99125602689645453402e-01,'FINITE');
INSERT INTO "trial_values" VALUES(60,58,0,3.41056643355050065347e-02,'FINITE');
INSERT INTO "trial_values" VALUES(61,58,1,-6.6475128526031379561e-01,'FINITE');
INSERT INTO "trial_values" VALUES(62,59,0,1.38771465369818575164e-01,'FINITE');
INSERT INTO "trial_values" VALUES(63,59,1,-0.393730619859135,'FINITE');
INSERT INTO "trial_values" VALUES(64,60,0,0.477648864298079,'FINITE');
INSERT INTO "trial_values" VALUES(65,60,1,-9.54059561258880223233e-02,'FINITE');
INSERT INTO "trial_values" VALUES(66,61,0,6.29697714429541366421e-01,'FINITE');
INSERT INTO "trial_values" VALUES(67,61,1,-4.26278175068615858278e-02,'FINITE');
INSERT INTO "trial_values" VALUES(68,62,0,1.16129389136817717798e+00,'FINITE');
INSERT INTO "trial_values" VALUES(69,62,1,-6.02695535474946902237e-03,'FINITE');
CREATE TABLE trials (
	trial_id INTEGER NOT NULL, 
	number INTEGER, 
	study_id INTEGER, 
	state VARCHAR(8) NOT NULL, 
	datetime_start DATETIME, 
	datetime_complete DATETIME, 
	PRIMARY KEY (trial_id), 
	FOREIGN KEY(study_id) REFERENCES studies (study_id)
);
INSERT INTO "trials" VALUES(1,0,1,'COMPLETE','2026-12-01 17:36:28.026582','2026-12-01 17:36:28.519373');
INSERT INTO "trials" VALUES(2,1,1,'COMPLETE','2026-12-01 17:36:28.624774','2026-12-01 17:36:29.123256');
INSERT INTO "trials" VALUES(3,2,1,'COMPLETE','2026-12-01 17:36:29.192130','2026-12-01 17:36:29.641948');
INSERT INTO "trials" VALUES(4,3,1,'COMPLETE','2026-12-01 17:36:29.697854','2026-12-01 17:36:30.154348');
INSERT INTO "trials" VALUES(5,4,1,'COMPLETE','2026-12-01 17:36:30.208923','2026-12-01 17:36:30.649682');
INSERT INTO "trials" VALUES(6,5,1,'COMPLETE','2026-12-01 17:36:30.704591','2026-12-01 17:36:31.200449');
INSERT INTO "trials" VALUES(7,6,1,'COMPLETE','2026-12-01 17:36:31.252805','2026-12-01 17:36:31.653401');
INSERT INTO "trials" VALUES(8,7,1,'FAIL','2026-12-01 17:36:31.716642','2026-12-01 17:36:32.119748');
INSERT INTO "trials" VALUES(9,8,1,'COMPLETE','2026-12-01 17:36:32.174230','2026-12-01 17:36:32.541779');
INSERT INTO "trials" VALUES(10,9,1,'COMPLETE','2026-12-01 17:36:32.596671','2026-12-01 17:36:33.065806');
INSERT INTO "trials" VALUES(11,10,1,'COMPLETE','2026-12-01 17:36:33.114898','2026-12-01 17:36:33.525652');
INSERT INTO "trials" VALUES(12,11,1,'COMPLETE','2026-12-01 17:36:33.563291','2026-12-01 17:36:34.042003');
INSERT INTO "trials" VALUES(13,12,1,'COMPLETE','2026-12-01 17:36:34.087470','2026-12-01 17:36:34.472607');
INSERT INTO "trials" VALUES(14,13,1,'COMPLETE','2026-12-01 17:36:34.492365','2026-12-01 17:36:34.723936');
INSERT INTO "trials" VALUES(15,14,1,'COMPLETE','2026-12-01 17:36:34.758621','2026-12-01 17:36:35.164297');
INSERT INTO "trials" VALUES(16,15,1,'PRUNED','2026-12-01 17:36:35.180148','2026-12-01 17:36:35.389643');
INSERT INTO "trials" VALUES(17,16,1,'COMPLETE','2026-12-01 17:36:35.416084','2026-12-01 17:36:35.629731');
INSERT INTO "trials" VALUES(18,17,1,'COMPLETE','2026-12-01 17:36:35.669180','2026-12-01 17:36:36.003354');
INSERT INTO "trials" VALUES(19,18,1,'COMPLETE','2026-12-01 17:36:36.022557','2026-12-01 17:36:36.337859');
INSERT INTO "trials" VALUES(20,19,1,'COMPLETE','2026-12-01 17:36:36.373951','2026-12-01 17:36:36.673361');
INSERT INTO "trials" VALUES(21,20,1,'PRUNED','2026-12-01 17:36:36.700676','2026-12-01 17:36:36.829878');
INSERT INTO "trials" VALUES(22,21,1,'COMPLETE','2026-12-01 17:36:36.841944','2026-12-01 17:36:36.961616');
INSERT INTO "trials" VALUES(23,22,1,'COMPLETE','2026-12-01 17:36:36.980293','2026-12-01 17:36:37.122579');
INSERT INTO "trials" VALUES(24,23,1,'COMPLETE','2026-12-01 17:36:37.144932','2026-12-01 17:36:37.250860');
INSERT INTO "trials" VALUES(25,24,1,'COMPLETE','2026-12-01 17:36:37.276346','2026-12-01 17:36:37.485637');
INSERT INTO "trials" VALUES(26,25,1,'PRUNED','2026-12-01 17:36:37.495515','2026-12-01 17:36:37.658788');
INSERT INTO "trials" VALUES(27,26,1,'COMPLETE','2026-12-01 17:36:37.681100','2026-12-01 17:36:37.836937');
INSERT INTO "trials" VALUES(28,27,1,'COMPLETE','2026-12-01 17:36:37.857665','2026-12-01 17:36:37.965270');
INSERT INTO "trials" VALUES(29,28,1,'COMPLETE','2026-12-01 17:36:37.978398','2026-12-01 17:36:38.117613');
INSERT INTO "trials" VALUES(30,29,1,'COMPLETE','2026-12-01 17:36:38.141177','2026-12-01 17:36:38.425901');
INSERT INTO "trials" VALUES(31,30,1,'PRUNED','2026-12-01 17:36:38.462529','2026-12-01 17:36:38.662597');
INSERT INTO "trials" VALUES(32,31,1,'COMPLETE','2026-12-01 17:36:38.684196','2026-12-01 17:36:38.935403');
INSERT INTO "trials" VALUES(33,32,1,'COMPLETE','2026-12-01 17:36:38.953562','2026-12-01 17:36:39.141917');
INSERT INTO "trials" VALUES(34,33,1,'COMPLETE','2026-12-01 17:36:39.168534','2026-12-01 17:36:39.417657');
INSERT INTO "trials" VALUES(35,34,1,'COMPLETE','2026-12-01 17:36:39.449728','2026-12-01 17:36:39.608753');
INSERT INTO "trials" VALUES(36,35,1,'PRUNED','2026-12-01 17:36:39.631356','2026-12-01 17:36:39.800903');
INSERT INTO "trials" VALUES(37,36,1,'COMPLETE','2026-12-01 17:36:39.810340','2026-12-01 17:36:40.061445');
INSERT INTO "trials" VALUES(38,37,1,'COMPLETE','2026-12-01 17:36:40.079978','2026-12-01 17:36:40.409786');
INSERT INTO "trials" VALUES(39,38,1,'COMPLETE','2026-12-01 17:36:40.454906','2026-12-01 17:36:40.807688');
INSERT INTO "trials" VALUES(40,39,1,'COMPLETE','2026-12-01 17:36:40.837655','2026-12-01 17:36:41.249575');
INSERT INTO "trials" VALUES(41,40,1,'PRUNED','2026-12-01 17:36:41.292765','2026-12-01 17:36:41.552524');
INSERT INTO "trials" VALUES(42,41,1,'COMPLETE','2026-12-01 17:36:41.597034','2026-12-01 17:36:41.953540');
INSERT INTO "trials" VALUES(43,42,1,'COMPLETE','2026-12-01 17:36:41.985489','2026-12-01 17:36:42.361810');
INSERT INTO "trials" VALUES(44,43,1,'COMPLETE','2026-12-01 17:36:42.415708','2026-12-01 17:36:42.817059');
INSERT INTO "trials" VALUES(45,44,1,'COMPLETE','2026-12-01 17:36:42.853052','2026-12-01 17:36:43.233749');
INSERT INTO "trials" VALUES(46,45,1,'PRUNED','2026-12-01 17:36:43.284722','2026-12-01 17:36:43.597800');
INSERT INTO "trials" VALUES(47,46,1,'COMPLETE','2026-12-01 17:36:43.653670','2026-12-01 17:36:44.037849');
INSERT INTO "trials" VALUES(48,47,1,'COMPLETE','2026-12-01 17:36:44.084263','2026-12-01 17:36:44.444858');
INSERT INTO "trials" VALUES(49,48,1,'COMPLETE','2026-12-01 17:36:44.490981','2026-12-01 17:36:44.853639');
INSERT INTO "trials" VALUES(50,49,1,'COMPLETE','2026-12-01 17:36:44.905291','2026-12-01 17:36:45.237669');
INSERT INTO "trials" VALUES(51,50,1,'RUNNING','2026-12-01 17:36:45.278293',NULL);
INSERT INTO "trials" VALUES(52,51,1,'WAITING',NULL,NULL);
INSERT INTO "trials" VALUES(53,0,2,'COMPLETE','2026-12-01 17:36:45.391888','2026-12-01 17:36:45.454422');
INSERT INTO "trials" VALUES(54,1,2,'COMPLETE','2026-12-01 17:36:45.500677','2026-12-01 17:36:45.565332');
INSERT INTO "trials" VALUES(55,2,2,'COMPLETE','2026-12-01 17:36:45.608898','2026-12-01 17:36:45.679012');
INSERT INTO "trials" VALUES(56,3,2,'COMPLETE','2026-12-01 17:36:45.724857','2026-12-01 17:36:45.798262');
INSERT INTO "trials" VALUES(57,4,2,'COMPLETE','2026-12-01 17:36:45.848297','2026-12-01 17:36:45.922720');
INSERT INTO "trials" VALUES(58,5,2,'COMPLETE','2026-12-01 17:36:45.963266','2026-12-01 17:36:46.030328');
INSERT INTO "trials" VALUES(59,6,2,'COMPLETE','2026-12-01 17:36:46.067602','2026-12-01 17:36:46.138359');
INSERT INTO "trials" VALUES(60,7,2,'COMPLETE','2026-12-01 17:36:46.184080','2026-12-01 17:36:46.246446');
INSERT INTO "trials" VALUES(61,8,2,'COMPLETE','2026-12-01 17:36:46.294861','2026-12-01 17:36:46.350158');
INSERT INTO "trials" VALUES(62,9,2,'COMPLETE','2026-12-01 17:36:46.388491','2026-12-01 17:36:46.462343');
CREATE TABLE version_info (
	version_info_id INTEGER NOT NULL, 
	schema_version INTEGER, 
	library_version VARCHAR(256), 
	PRIMARY KEY (version_info_id), 
	CHECK (version_info_id=1)
);
INSERT INTO "version_info" VALUES(1,12,'3.1.1');
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
COMMIT;
